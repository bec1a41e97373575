#include "gotext/go_number.h"

#include <strings.h>

#include <cctype>
#include <charconv>
#include <cmath>
#include <limits>
#include <string>

namespace logsvc {
namespace {

// Removes underscores; false where they do not separate digits. A base prefix counts as a digit.
bool strip_underscores(std::string_view text, bool prefixed, bool hex, std::string& out) {
  const auto is_digit = [&](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return (hex ? std::isxdigit(byte) : std::isdigit(byte)) != 0;
  };
  bool digit_before = prefixed;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '_') {
      out += text[i];
      digit_before = is_digit(text[i]);
      continue;
    }
    if (!digit_before || i + 1 == text.size() || !is_digit(text[i + 1])) return false;
  }
  return true;
}

std::optional<double> special(std::string_view text) {
  const auto is = [&](const char* word) {
    return text.size() == std::string_view(word).size() &&
           strncasecmp(text.data(), word, text.size()) == 0;
  };
  if (is("inf") || is("infinity")) return INFINITY;
  if (is("nan")) return NAN;
  return {};
}

bool is_hex(std::string_view text) {
  return text.size() > 2 && text[0] == '0' && (text[1] | 32) == 'x';
}

}  // namespace

std::optional<double> parse_go_float(std::string_view text) {
  const bool negative = text.starts_with('-');
  if (negative || text.starts_with('+')) text.remove_prefix(1);
  if (const auto v = special(text)) {
    if (std::isnan(*v)) return *v;
    return negative ? -*v : *v;
  }
  const bool hex = is_hex(text);
  if (hex) text.remove_prefix(2);
  // from_chars would take signs and words that Go does not.
  const auto first = static_cast<unsigned char>(text.empty() ? '\0' : text[0]);
  if (!std::isxdigit(first) && first != '.' && !(hex && first == '_')) return {};
  if (hex && text.find_first_of("pP") == std::string_view::npos) return {};
  std::string digits;
  if (text.find('_') == std::string_view::npos) {
    digits = text;
  } else if (!strip_underscores(text, hex, hex, digits)) {
    return {};
  }
  double value = 0;
  const char* end = digits.data() + digits.size();
  const auto [stop, failure] = std::from_chars(
      digits.data(), end, value, hex ? std::chars_format::hex : std::chars_format::general);
  if (stop != end) return {};
  if (failure == std::errc::result_out_of_range) {
    value = std::strtod(((hex ? "0x" : "") + digits).c_str(), nullptr);
  } else if (failure != std::errc()) {
    return {};
  }
  return negative ? -value : value;
}

std::optional<int64_t> parse_go_integer(std::string_view text) {
  const bool negative = text.starts_with('-');
  if (negative || text.starts_with('+')) text.remove_prefix(1);
  int base = 10;
  if (text.size() > 1 && text[0] == '0') {
    const char c = static_cast<char>(text[1] | 32);
    base = c == 'x' ? 16 : c == 'b' ? 2 : 8;
    text.remove_prefix(c == 'x' || c == 'b' || c == 'o' ? 2 : 1);
  }
  std::string digits;
  if (!strip_underscores(text, base != 10, base == 16, digits) || digits.empty()) return {};
  if (!std::isxdigit(static_cast<unsigned char>(digits[0]))) return {};
  uint64_t value = 0;
  const auto [stop, failure] =
      std::from_chars(digits.data(), digits.data() + digits.size(), value, base);
  if (failure != std::errc() || stop != digits.data() + digits.size()) return {};
  constexpr auto kMost = static_cast<uint64_t>(std::numeric_limits<int64_t>::max());
  if (value > kMost + (negative ? 1 : 0)) return {};
  return static_cast<int64_t>(negative ? ~value + 1 : value);
}

}  // namespace logsvc
