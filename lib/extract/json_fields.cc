#include "extract/json_fields.h"

#include <cctype>

#include "base/utf8.h"
#include "extract/json_string.h"

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

const char* JsonFields::read(std::string_view line, const Visit& visit, const Enter& enter) {
  text_ = line;
  enter_ = enter ? &enter : nullptr;
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
  const size_t first = at_ + 1;
  const size_t end = json_string_end(text_, at_);
  if (end == std::string_view::npos) return kNoStringEnd;
  at_ = end;
  const std::string_view inside = text_.substr(first, end - 1 - first);
  out.clear();
  well_formed = true;
  if (inside.find('\\') == std::string_view::npos) {
    out = inside;
  } else if (!unescape_json(inside, out)) {
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
  value_is_string_ = c == '"';
  depth_ = static_cast<size_t>(depth);
  if (c == '"') {
    bool well_formed = true;
    if (const char* fault = string(value_, well_formed)) return fault;
    blank_out_bad_runes(value_);
    if (named && !visit(key_, value_)) stopped_ = true;
    return nullptr;
  }
  if (c == '{') {
    // An object that is not closed gives nothing; inside a closed one all are.
    const bool skipped = enter_ && named && !(*enter_)(key_);
    const size_t end = depth == 0 || skipped ? json_block_end(text_, at_) : 0;
    if (end == std::string_view::npos) return kNoObject;
    if (!skipped) return object(visit, depth + 1);
    at_ = end;
    return nullptr;
  }
  if (c == '[') {
    at_ = json_block_end(text_, at_);
    return at_ == std::string_view::npos ? kNoArrayEnd : nullptr;
  }
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

}  // namespace logsvc::extract
