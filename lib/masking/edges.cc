#include "masking/edges.h"

#include "base/any_case.h"

namespace logsvc::masking {
namespace {

// Returns whether \uXXXX, \xXX or %XX ends before `at`.
bool hex_escape_ends_at(std::string_view text, size_t at) {
  if (at < 3 || !is_hex(text[at - 1]) || !is_hex(text[at - 2])) return false;
  if (text[at - 3] == '%') return true;
  if (at >= 4 && text[at - 3] == 'x' && text[at - 4] == '\\') return true;
  return at >= 6 && text[at - 5] == 'u' && text[at - 6] == '\\' && is_hex(text[at - 3]) &&
         is_hex(text[at - 4]);
}

// Returns whether a colour as "ESC[1;36m" ends before `at`; the escape character may be escaped.
bool colour_ends_at(std::string_view text, size_t at) {
  constexpr size_t kLongest = 16;
  if (at < 3 || text[at - 1] != 'm') return false;
  size_t first = at - 1;
  while (first > 0 && at - first < kLongest &&
         (is_digit(text[first - 1]) || text[first - 1] == ';'))
    --first;
  if (first < 2 || text[first - 1] != '[') return false;
  return text[first - 2] == '\x1b' || hex_escape_ends_at(text, first - 1);
}

}  // namespace

bool escape_ends_at(std::string_view text, size_t at) {
  if (at < 2) return false;
  if (text[at - 2] == '\\')
    return std::string_view("nrtbf").find(text[at - 1]) != std::string_view::npos;
  return hex_escape_ends_at(text, at) || colour_ends_at(text, at);
}

Edge edge_before(std::string_view text, size_t at) {
  if (at == 0) return Edge::kClear;
  const char c = text[at - 1];
  if (is_word(c)) return escape_ends_at(text, at) ? Edge::kClear : Edge::kJoined;
  if (at < 2 || (c != '-' && c != '.') || !is_word(text[at - 2])) return Edge::kClear;
  if (escape_ends_at(text, at - 1)) return Edge::kClear;
  if (is_digit(text[at - 2])) return Edge::kJoined;
  return c == '-' ? Edge::kHyphen : Edge::kClear;
}

Edge edge_after(std::string_view text, size_t at) {
  if (at >= text.size()) return Edge::kClear;
  const char c = text[at];
  if (is_word(c)) return Edge::kJoined;
  if (at + 1 >= text.size() || (c != '-' && c != '.')) return Edge::kClear;
  if (is_digit(text[at + 1])) return Edge::kJoined;
  return c == '-' && is_word(text[at + 1]) ? Edge::kHyphen : Edge::kClear;
}

size_t skip_escape(std::string_view text, size_t at) {
  if (at == 0) return at;
  const char c = text[at - 1];
  if (c != '%' && c != 'u' && c != 'x' && !is_hex(c)) return at;
  for (size_t n = 4; n > 0; --n) {
    if (at + n <= text.size() && hex_escape_ends_at(text, at + n)) return at + n;
  }
  return at;
}

size_t escaped_plus_before(std::string_view text, size_t at) {
  for (const std::string_view plus : {std::string_view("\\u002b"), std::string_view("%2b")}) {
    if (at >= plus.size() && equals_any_case(text.substr(at - plus.size(), plus.size()), plus))
      return plus.size();
  }
  return 0;
}

}  // namespace logsvc::masking
