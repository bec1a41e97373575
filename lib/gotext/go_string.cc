#include "gotext/go_string.h"

#include <charconv>
#include <cstdint>

#include "base/utf8.h"

namespace logsvc {

bool read_go_escape(std::string_view text, size_t& at, std::string& out) {
  static constexpr std::string_view kNames = "abfnrtv\\\"";
  static constexpr std::string_view kValues = "\a\b\f\n\r\t\v\\\"";
  const char c = at + 1 < text.size() ? text[at + 1] : '\0';
  if (const size_t i = kNames.find(c); c != '\0' && i != std::string_view::npos) {
    out += kValues[i];
    at += 2;
    return true;
  }
  size_t digits = 0, first = at + 2;
  int base = 16;
  if (c == 'x') digits = 2;
  if (c == 'u') digits = 4;
  if (c == 'U') digits = 8;
  if (c >= '0' && c <= '7') digits = 3, base = 8, first = at + 1;
  if (digits == 0 || first + digits > text.size()) return false;
  uint32_t value = 0;
  const char* begin = text.data() + first;
  const auto [end, failure] = std::from_chars(begin, begin + digits, value, base);
  if (failure != std::errc() || end != begin + digits) return false;
  if (c == 'u' || c == 'U') {
    if (value > 0x10FFFF || (value >= 0xD800 && value < 0xE000)) return false;
    append_utf8(out, value);
  } else {
    if (value > 255) return false;
    out += static_cast<char>(value);
  }
  at = first + digits;
  return true;
}

bool unquote_go(std::string_view literal, std::string& out) {
  out.clear();
  if (literal.size() < 2 || literal.front() != literal.back()) return false;
  const std::string_view inside = literal.substr(1, literal.size() - 2);
  if (literal.front() == '`') {
    out = inside;
    return inside.find('`') == std::string_view::npos;
  }
  if (literal.front() != '"') return false;
  for (size_t at = 0; at < inside.size();) {
    if (inside[at] == '"' || inside[at] == '\n') return false;
    if (inside[at] != '\\') {
      out += inside[at++];
    } else if (!read_go_escape(inside, at, out)) {
      return false;
    }
  }
  return true;
}

}  // namespace logsvc
