#include "extract/json_fields.h"

#include <cctype>

#include "base/utf8.h"

namespace logsvc::extract {
namespace {

constexpr int kMaxDepth = 100;

constexpr const char* kNoObject = "Value looks like object, but can't find closing '}' symbol";
constexpr const char* kNoArrayEnd = "Value is array, but can't find closing ']' symbol";
constexpr const char* kNoStringEnd = "Value is string, but can't find closing '\"' symbol";
constexpr const char* kMalformed = "Malformed JSON error";
constexpr const char* kUnknownType = "Unknown value type";
constexpr const char* kBadKeyEscape = "Encountered an invalid escape sequence in a string";

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

int hex4(std::string_view s) {
  if (s.size() < 4) return -1;
  int v = 0;
  for (size_t i = 0; i < 4; ++i) {
    const char c = s[i];
    if (!std::isxdigit(static_cast<unsigned char>(c))) return -1;
    v = v * 16 + (c <= '9' ? c - '0' : (c | 32) - 'a' + 10);
  }
  return v;
}

// Unescapes the inside of a JSON string; false on a bad escape or a lone surrogate.
bool unescape(std::string_view s, std::string& out) {
  static constexpr std::string_view kNames = "\"\\/bfnrt";
  static constexpr std::string_view kValues = "\"\\/\b\f\n\r\t";
  for (size_t i = 0; i < s.size(); ++i) {
    if (s[i] != '\\') {
      out += s[i];
      continue;
    }
    if (++i == s.size()) return false;
    if (const size_t n = kNames.find(s[i]); n != std::string_view::npos) {
      out += kValues[n];
      continue;
    }
    if (s[i] != 'u') return false;
    int code = hex4(s.substr(i + 1));
    if (code < 0) return false;
    i += 4;
    if (code >= 0xD800 && code < 0xE000) {
      const int low = s.substr(i + 1, 2) == "\\u" ? hex4(s.substr(i + 3)) : -1;
      if (code >= 0xDC00 || low < 0xDC00 || low > 0xDFFF) return false;
      code = 0x10000 + ((code - 0xD800) << 10) + (low - 0xDC00);
      i += 6;
    }
    append_utf8(out, static_cast<uint32_t>(code));
  }
  return true;
}

}  // namespace

void append_sanitised(std::string& out, std::string_view key, bool at_start) {
  if (at_start && !key.empty() && key[0] >= '0' && key[0] <= '9') out += '_';
  while (!key.empty()) {
    const char c = key[0];
    const bool good =
        std::isalnum(static_cast<unsigned char>(c)) && static_cast<unsigned char>(c) < 0x80;
    const size_t n = utf8_length(key);
    out += good ? c : '_';
    key.remove_prefix(n ? n : 1);
  }
}

const char* JsonFields::read(std::string_view line, const Visit& visit) {
  text_ = line;
  at_ = 0;
  key_.clear();
  stopped_ = false;
  skip_blanks();
  if (at_ == text_.size() || text_[at_] != '{') return kNoObject;
  return object(visit, 0);
}

void JsonFields::skip_blanks() {
  while (at_ < text_.size() && is_blank(text_[at_])) ++at_;
}

// text_[at_] is the opening quote. Appends the unescaped inside.
const char* JsonFields::string(std::string& out, bool& well_formed) {
  const size_t first = ++at_;
  bool escaped = false;
  while (at_ < text_.size() && text_[at_] != '"') {
    if (text_[at_] == '\\') {
      escaped = true;
      ++at_;
    }
    ++at_;
  }
  if (at_ >= text_.size()) return kNoStringEnd;
  const std::string_view inside = text_.substr(first, at_ - first);
  ++at_;
  out.clear();
  well_formed = true;
  if (!escaped) {
    out = inside;
  } else if (!unescape(inside, out)) {
    out.clear();
    well_formed = false;
  }
  return nullptr;
}

const char* JsonFields::object(const Visit& visit, int depth) {
  if (depth > kMaxDepth) return kMalformed;
  ++at_;  // {
  const size_t prefix = key_.size();
  skip_blanks();
  while (true) {
    skip_blanks();
    if (at_ == text_.size()) return depth == 0 && prefix == 0 && at_ == 1 ? kMalformed : kNoObject;
    if (text_[at_] == '}') {
      ++at_;
      return nullptr;
    }
    if (text_[at_] != '"') return kNoObject;
    bool well_formed = true;
    if (const char* fault = string(raw_key_, well_formed)) return fault;
    if (!well_formed) return kBadKeyEscape;
    skip_blanks();
    if (at_ == text_.size() || text_[at_] != ':') return kNoObject;
    ++at_;
    skip_blanks();
    if (at_ == text_.size()) return kMalformed;
    size_t begin = 0, end = raw_key_.size();
    while (begin < end && is_blank(raw_key_[begin])) ++begin;
    while (end > begin && is_blank(raw_key_[end - 1])) --end;
    const std::string_view trimmed = std::string_view(raw_key_).substr(begin, end - begin);
    const bool named = !trimmed.empty() || prefix != 0;
    if (!trimmed.empty()) {
      if (prefix != 0) key_ += '_';
      append_sanitised(key_, trimmed, prefix == 0);
    }
    if (const char* fault = value(visit, depth, named)) return fault;
    key_.resize(prefix);
    if (stopped_) return nullptr;
    skip_blanks();
    if (at_ == text_.size()) return kNoArrayEnd;
    if (text_[at_] == ',') {
      ++at_;
      skip_blanks();
      if (at_ == text_.size()) return kNoArrayEnd;
    } else if (text_[at_] != '}') {
      return kNoObject;
    }
  }
}

const char* JsonFields::value(const Visit& visit, int depth, bool named) {
  const char c = text_[at_];
  if (c == '"') {
    bool well_formed = true;
    if (const char* fault = string(value_, well_formed)) return fault;
    if (!is_utf8(value_) || value_.find("\xEF\xBF\xBD") != std::string::npos) {
      value_ = repair_utf8(value_, " ");
      for (size_t i; (i = value_.find("\xEF\xBF\xBD")) != std::string::npos;)
        value_.replace(i, 3, " ");
    }
    if (named && !visit(key_, value_)) stopped_ = true;
    return nullptr;
  }
  if (c == '{') return object(visit, depth + 1);
  if (c == '[') return skip_array();
  const size_t first = at_;
  while (at_ < text_.size() && !is_blank(text_[at_]) && text_[at_] != ',' && text_[at_] != '}' &&
         text_[at_] != ']') {
    ++at_;
  }
  const std::string_view word = text_.substr(first, at_ - first);
  if (word == "null") return nullptr;
  const bool number = c == '-' || (c >= '0' && c <= '9');
  if (word != "true" && word != "false" && !number) return kUnknownType;
  if (named && !visit(key_, word)) stopped_ = true;
  return nullptr;
}

const char* JsonFields::skip_array() {
  int open = 0;
  while (at_ < text_.size()) {
    const char c = text_[at_];
    if (c == '"') {
      bool well_formed = true;
      if (string(value_, well_formed)) return kNoArrayEnd;
      continue;
    }
    ++at_;
    if (c == '[') ++open;
    if (c == ']' && --open == 0) return nullptr;
  }
  return kNoArrayEnd;
}

}  // namespace logsvc::extract
