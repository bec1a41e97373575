#include "base/json_cursor.h"

#include "base/json_bytes.h"

namespace logsvc {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_hex_digit(char c) { return is_digit(c) || ((c | 32) >= 'a' && (c | 32) <= 'f'); }

}  // namespace

bool JsonCursor::block() {
  const char begin = now(), end = begin == '{' ? '}' : ']';
  size_t depth = 0;
  for (size_t at = at_; at < text_.size(); ++at) {
    const char c = text_[at];
    if (c == '"') {
      at = find_closing_quote(text_, at + 1);
      if (at == std::string_view::npos) return false;
    } else if (c == begin) {
      ++depth;
    } else if (c == end && --depth == 0) {
      at_ = at + 1;
      return true;
    }
  }
  return false;
}

// `at` is the backslash; it moves to the last character of the escape, or to what is wrong with it.
bool JsonCursor::escape(size_t& at) const {
  if (++at >= text_.size()) return false;
  if (text_[at] != 'u') {
    return std::string_view("\"\\/bfnrt").find(text_[at]) != std::string_view::npos;
  }
  for (int i = 0; i < 4; ++i) {
    if (++at >= text_.size() || !is_hex_digit(text_[at])) return false;
  }
  return true;
}

bool JsonCursor::string(JsonScalar& out) {
  const char* const text = text_.data();
  const size_t size = text_.size();
  bool escaped = false;
  size_t at = at_ + 1;
  for (; at < size; ++at) {
    while (kBytesInOrder && size - at >= 8) {
      const size_t plain = bytes_before_mark(mark_json_specials(load_bytes(text + at)));
      at += plain;
      if (plain < 8) break;
    }
    if (at == size) break;
    const char c = text[at];
    if (c == '"') {
      out = {JsonKind::kString, text_.substr(at_ + 1, at - at_ - 1), escaped};
      at_ = at + 1;
      return true;
    }
    if (static_cast<unsigned char>(c) < ' ') break;
    if (c != '\\') continue;
    escaped = true;
    if (!escape(at)) break;
  }
  at_ = at;
  return fail();
}

bool JsonCursor::digits() {
  const size_t first = at_;
  while (at_ < text_.size() && is_digit(text_[at_])) ++at_;
  return at_ > first;
}

// Reads -?(0|[1-9][0-9]*)(.[0-9]+)?([eE][+-]?[0-9]+)?
bool JsonCursor::number() {
  take('-');
  if (!take('0') && !digits()) return fail();
  if (take('.') && !digits()) return fail();
  if (!take('e') && !take('E')) return true;
  if (!take('+')) take('-');
  return digits() || fail();
}

bool JsonCursor::scalar(JsonScalar& out) {
  const char c = ahead();
  if (c == '"') return string(out);
  const size_t first = at_;
  if (c == '-' || is_digit(c)) {
    if (!number()) return false;
    out = {JsonKind::kNumber, since(first), false};
    return true;
  }
  const std::string_view word = c == 't' ? "true" : c == 'f' ? "false" : "null";
  if (!text_.substr(at_).starts_with(word)) return fail();
  at_ += word.size();
  const JsonKind kind = c == 't' ? JsonKind::kTrue : c == 'f' ? JsonKind::kFalse : JsonKind::kNull;
  out = {kind, since(first), false};
  return true;
}

bool JsonCursor::open() {
  const char c = ahead();
  if (depth_ >= max_depth_ || (c != '{' && c != '[')) return fail();
  ++at_;
  ++depth_;
  at_start_ = true;
  return true;
}

bool JsonCursor::next(char close) {
  const bool first = at_start_;
  at_start_ = false;
  skip_blanks();
  if (take(close)) {
    --depth_;
    return false;
  }
  return first || take(',') || fail();
}

bool JsonCursor::next_member(JsonScalar& key) {
  if (!next('}')) return false;
  if (ahead() != '"') return fail();
  if (!string(key)) return false;
  skip_blanks();
  return take(':') || fail();
}

bool JsonCursor::next_item() { return next(']'); }

}  // namespace logsvc
