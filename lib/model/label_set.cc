#include "model/label_set.h"

#include <algorithm>
#include <cstdio>

#include "base/checksum.h"
#include "base/utf8.h"

namespace logsvc {
namespace {

bool is_name_start(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }
bool is_name_char(char c) { return is_name_start(c) || (c >= '0' && c <= '9'); }
bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

// Reads the label string of a push. One pass, errors with line:column of the character.
class LabelParser {
 public:
  explicit LabelParser(std::string_view text) : text_(text) {}

  Result<Labels> parse() {
    Labels labels;
    skip_blanks();
    if (at_ < text_.size() && is_name_start(text_[at_])) {
      labels.push_back({"__name__", std::string(name())});
      skip_blanks();
    }
    if (at_ == text_.size()) {
      if (labels.empty()) return labels;  // the empty string is the empty set
      return labels;
    }
    if (text_[at_] != '{') return unexpected("unexpected character");
    ++at_;
    skip_blanks();
    while (at_ < text_.size() && text_[at_] != '}') {
      RETURN_IF_ERROR(pair(labels));
      skip_blanks();
      if (at_ < text_.size() && text_[at_] == ',') {
        ++at_;
        skip_blanks();
      } else if (at_ < text_.size() && text_[at_] != '}') {
        return unexpected("unexpected character inside braces");
      }
    }
    if (at_ == text_.size()) return fail("unexpected end of input inside braces");
    ++at_;
    skip_blanks();
    if (at_ != text_.size()) return unexpected("unexpected character");
    return labels;
  }

 private:
  Status pair(Labels& labels) {
    if (!is_name_start(text_[at_])) return unexpected("unexpected character inside braces");
    std::string label_name(name());
    skip_blanks();
    if (at_ == text_.size()) return fail("unexpected end of input inside braces");
    if (text_[at_] != '=') return unexpected("unexpected character inside braces");
    ++at_;
    skip_blanks();
    if (at_ == text_.size()) return fail("unexpected end of input inside braces");
    ASSIGN_OR_RETURN(std::string value, quoted());
    labels.push_back({std::move(label_name), std::move(value)});
    return {};
  }

  std::string_view name() {
    const size_t first = at_;
    while (at_ < text_.size() && is_name_char(text_[at_])) ++at_;
    return text_.substr(first, at_ - first);
  }

  Result<std::string> quoted() {
    const char mark = text_[at_];
    if (mark != '"' && mark != '`') return unexpected("unexpected character inside braces");
    ++at_;
    std::string out;
    while (at_ < text_.size() && text_[at_] != mark) {
      const char c = text_[at_++];
      if (mark == '`' || c != '\\') {
        if (c == '\n' && mark == '"') return fail("unterminated quoted string");
        out.push_back(c);
        continue;
      }
      RETURN_IF_ERROR(escape(out));
    }
    if (at_ == text_.size()) return fail("unterminated quoted string");
    ++at_;
    return out;
  }

  Status escape(std::string& out) {
    static constexpr std::string_view kNames = "abfnrtv\\\"'";
    static constexpr std::string_view kValues = "\a\b\f\n\r\t\v\\\"'";
    if (at_ == text_.size()) return fail("unterminated quoted string");
    const char c = text_[at_++];
    if (const size_t i = kNames.find(c); i != std::string_view::npos) {
      out.push_back(kValues[i]);
      return {};
    }
    size_t digits = 0;
    uint32_t base = 16;
    if (c == 'x') digits = 2;
    if (c == 'u') digits = 4;
    if (c == 'U') digits = 8;
    if (c >= '0' && c <= '7') digits = 3, base = 8, --at_;
    if (digits == 0) return fail("unknown escape sequence");
    uint32_t value = 0;
    for (size_t i = 0; i < digits; ++i) {
      const int digit = at_ < text_.size() ? digit_of(text_[at_]) : -1;
      if (digit < 0 || static_cast<uint32_t>(digit) >= base) return fail("bad escape sequence");
      value = value * base + static_cast<uint32_t>(digit);
      ++at_;
    }
    if (c == 'u' || c == 'U') {
      if (value > 0x10FFFF || (value >= 0xD800 && value < 0xE000)) {
        return fail("escape sequence is an invalid Unicode code point");
      }
      append_utf8(out, value);
    } else {
      if (value > 0xFF) return fail("octal escape value over 255");
      out.push_back(static_cast<char>(value));
    }
    return {};
  }

  static int digit_of(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
  }

  void skip_blanks() {
    while (at_ < text_.size() && is_blank(text_[at_])) ++at_;
  }

  Error fail(const std::string& what) const {
    size_t line = 1, column = 1;
    for (size_t i = 0; i < at_ && i < text_.size(); ++i) {
      if (text_[i] == '\n') {
        ++line;
        column = 1;
      } else if ((static_cast<unsigned char>(text_[i]) & 0xC0) != 0x80) {
        ++column;
      }
    }
    return invalid(std::to_string(line) + ":" + std::to_string(column) + ": parse error: " + what);
  }
  Error unexpected(const std::string& what) const {
    if (at_ >= text_.size()) return fail("unexpected end of input inside braces");
    const std::string_view rest = text_.substr(at_);
    const size_t n = utf8_length(rest);
    return fail(what + ": '" + std::string(rest.substr(0, n ? n : 1)) + "'");
  }

  std::string_view text_;
  size_t at_ = 0;
};

}  // namespace

const std::string* find_label(const Labels& labels, std::string_view name) {
  for (const Label& label : labels) {
    if (label.name == name) return &label.value;
  }
  return nullptr;
}

std::string_view label_value(const Labels& labels, std::string_view name) {
  const std::string* value = find_label(labels, name);
  return value ? std::string_view(*value) : std::string_view();
}

LabelSet::LabelSet() {
  static const LabelSet kEmpty = from({});
  rep_ = kEmpty.rep_;
}

namespace {

bool name_before(const Label& a, const Label& b) { return a.name < b.name; }

// Sorts by name; of equal names the last one stays.
void put_in_order(Labels& labels) {
  // They mostly come in order; then nothing has to be moved. A few are sorted without a buffer.
  const auto out_of_order = [](const Label& a, const Label& b) { return a.name >= b.name; };
  if (std::adjacent_find(labels.begin(), labels.end(), out_of_order) == labels.end()) return;
  constexpr size_t kFew = 32;
  if (labels.size() <= kFew) {
    for (auto l = labels.begin(); l != labels.end(); ++l) {
      std::rotate(std::upper_bound(labels.begin(), l, *l, name_before), l, l + 1);
    }
  } else {
    std::stable_sort(labels.begin(), labels.end(), name_before);
  }
  auto out = labels.begin();
  for (auto l = labels.begin() + 1; l != labels.end(); ++l) {
    if (out->name != l->name) ++out;
    if (out != l) *out = std::move(*l);
  }
  labels.erase(out + 1, labels.end());
}

uint64_t hash_of(const Labels& labels) {
  size_t size = 0;
  for (const Label& label : labels) size += label.name.size() + label.value.size() + 2;
  std::string key;
  key.reserve(size);
  for (const Label& label : labels) {
    key += label.name;
    key += '\xFF';
    key += label.value;
    key += '\xFF';
  }
  return hash_bytes_xxh64(key);
}

}  // namespace

LabelSet LabelSet::from(Labels labels) {
  put_in_order(labels);
  std::erase_if(labels, [](const Label& l) { return l.value.empty(); });
  auto rep = std::make_shared<Rep>();
  rep->hash = hash_of(labels);
  rep->text = format_labels(labels);
  rep->labels = std::move(labels);
  return LabelSet(std::move(rep));
}

Result<LabelSet> LabelSet::parse(std::string_view text) {
  ASSIGN_OR_RETURN(Labels labels, LabelParser(text).parse());
  Labels sorted = labels;
  std::sort(sorted.begin(), sorted.end());
  for (size_t i = 1; i < sorted.size(); ++i) {
    if (sorted[i - 1].name == sorted[i].name) {
      return invalid("stream '" + format_labels(sorted) + "' has duplicate label name: '" +
                     sorted[i].name + "'");
    }
  }
  return from(std::move(labels));
}

std::string_view LabelSet::get(std::string_view name) const {
  for (const auto& label : rep_->labels) {
    if (label.name == name) return label.value;
  }
  return {};
}

bool LabelSet::has(std::string_view name) const {
  return std::any_of(rep_->labels.begin(), rep_->labels.end(),
                     [&](const Label& l) { return l.name == name; });
}

namespace {

bool is_plain(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte >= 0x20 && byte < 0x7F && c != '"' && c != '\\';
}

// Appends a character that is not plain ASCII, as it is or escaped. Returns how many bytes it took.
size_t append_special(std::string& out, std::string_view text) {
  static constexpr char kHex[] = "0123456789abcdef";
  static constexpr std::string_view kValues = "\"\\\a\b\f\n\r\t\v";
  static constexpr std::string_view kNames = "\"\\abfnrtv";
  if (const size_t n = utf8_length(text); n > 1) {
    out.append(text.substr(0, n));
    return n;
  }
  const auto byte = static_cast<unsigned char>(text[0]);
  out += '\\';
  if (const size_t i = kValues.find(text[0]); i != std::string_view::npos) {
    out += kNames[i];
  } else {
    out += 'x';
    out += kHex[byte >> 4];
    out += kHex[byte & 15];
  }
  return 1;
}

void append_quoted(std::string& out, std::string_view text) {
  out += '"';
  while (!text.empty()) {
    const size_t plain =
        static_cast<size_t>(std::find_if_not(text.begin(), text.end(), is_plain) - text.begin());
    out.append(text.substr(0, plain));
    text.remove_prefix(plain);
    if (!text.empty()) text.remove_prefix(append_special(out, text));
  }
  out += '"';
}

}  // namespace

std::string format_labels(const Labels& labels) {
  constexpr size_t kAround = 6;  // quotes, =, comma and blank
  size_t size = 2;
  for (const Label& label : labels) size += label.name.size() + label.value.size() + kAround;
  std::string out;
  out.reserve(size);
  out += '{';
  for (const auto& label : labels) {
    if (out.size() > 1) out += ", ";
    if (is_label_name(label.name)) {
      out += label.name;
    } else {
      append_quoted(out, label.name);
    }
    out += '=';
    append_quoted(out, label.value);
  }
  out += '}';
  return out;
}

std::string quote(std::string_view text) {
  std::string out;
  out.reserve(text.size() + 2);
  append_quoted(out, text);
  return out;
}

bool is_label_name(std::string_view name) {
  return !name.empty() && is_name_start(name[0]) &&
         std::all_of(name.begin(), name.end(), is_name_char);
}

}  // namespace logsvc
