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
  cursor_ = JsonCursor(line);
  enter_ = enter ? &enter : nullptr;
  key_.clear();
  stopped_ = false;
  cursor_.skip_blanks();
  if (cursor_.now() != '{') return kNoObject;
  return object(visit, 0);
}

// Appends the unescaped inside of the string here.
const char* JsonFields::string(std::string& out, bool& well_formed) {
  std::string_view inside;
  if (!cursor_.quoted(inside)) return kNoStringEnd;
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
  cursor_.skip();  // {
  const size_t prefix = key_.size();
  cursor_.skip_blanks();
  while (true) {
    cursor_.skip_blanks();
    if (cursor_.at_end()) {
      return depth == 0 && prefix == 0 && cursor_.at() == 1 ? kMalformed : kNoObject;
    }
    if (cursor_.take('}')) return nullptr;
    if (cursor_.now() != '"') return kNoObject;
    bool well_formed = true;
    if (const char* fault = string(raw_key_, well_formed)) return fault;
    if (!well_formed) return kBadKeyEscape;
    cursor_.skip_blanks();
    if (!cursor_.take(':')) return kNoObject;
    cursor_.skip_blanks();
    if (cursor_.at_end()) return kMalformed;
    size_t begin = 0, end = raw_key_.size();
    while (begin < end && is_json_blank(raw_key_[begin])) ++begin;
    while (end > begin && is_json_blank(raw_key_[end - 1])) --end;
    const std::string_view trimmed = std::string_view(raw_key_).substr(begin, end - begin);
    const bool named = !trimmed.empty() || prefix != 0;
    if (!trimmed.empty()) {
      if (prefix != 0) key_ += '_';
      append_sanitised(key_, trimmed, prefix == 0);
    }
    if (const char* fault = value(visit, depth, named)) return fault;
    key_.resize(prefix);
    if (stopped_) return nullptr;
    cursor_.skip_blanks();
    if (cursor_.at_end()) return kNoArrayEnd;
    if (cursor_.take(',')) {
      cursor_.skip_blanks();
      if (cursor_.at_end()) return kNoArrayEnd;
    } else if (cursor_.now() != '}') {
      return kNoObject;
    }
  }
}

const char* JsonFields::value(const Visit& visit, int depth, bool named) {
  const char c = cursor_.now();
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
    // An object that is not closed gives nothing; inside a closed one all are closed.
    const bool skipped = enter_ && named && !(*enter_)(key_);
    if (skipped) return cursor_.block() ? nullptr : kNoObject;
    JsonCursor ahead = cursor_;
    if (depth == 0 && !ahead.block()) return kNoObject;
    return object(visit, depth + 1);
  }
  if (c == '[') return cursor_.block() ? nullptr : kNoArrayEnd;
  const std::string_view word = cursor_.word();
  if (word == "null") return nullptr;
  const bool number = c == '-' || (c >= '0' && c <= '9');
  if (word != "true" && word != "false" && !number) return kUnknownType;
  if (named && !visit(key_, word)) stopped_ = true;
  return nullptr;
}

}  // namespace logsvc::extract
