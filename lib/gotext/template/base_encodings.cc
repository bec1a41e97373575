#include "gotext/template/base_encodings.h"

#include <algorithm>
#include <cstdint>

namespace logsvc::tmpl {
namespace {

constexpr std::string_view kBase32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

Error corrupt(const char* name, size_t at) {
  return invalid(std::string("illegal ") + name + " data at input byte " + std::to_string(at));
}

// Writes digits of `width` bits, padded to groups of `group` digits.
std::string encoded(std::string_view bytes, std::string_view digits, unsigned width, size_t group) {
  std::string out;
  uint32_t bits = 0;
  unsigned have = 0;
  for (const char c : bytes) {
    bits = bits << 8 | static_cast<unsigned char>(c);
    for (have += 8; have >= width; have -= width) {
      out += digits[bits >> (have - width) & (digits.size() - 1)];
    }
  }
  if (have > 0) out += digits[bits << (width - have) & (digits.size() - 1)];
  while (out.size() % group != 0) out += '=';
  return out;
}

}  // namespace

std::string to_base32(std::string_view bytes) { return encoded(bytes, kBase32, 5, 8); }

Result<std::string> from_base32(std::string_view text) {
  std::string s(text);
  std::erase_if(s, [](char c) { return c == '\n' || c == '\r'; });
  std::string out;
  uint32_t bits = 0;
  unsigned have = 0;
  size_t i = 0;
  for (; i < s.size() && s[i] != '='; ++i) {
    const size_t digit = kBase32.find(s[i]);
    if (digit == std::string_view::npos) return corrupt("base32", i);
    bits = bits << 5 | static_cast<uint32_t>(digit);
    have += 5;
    if (have < 8) continue;
    have -= 8;
    out += static_cast<char>(bits >> have & 255);
  }
  // A last group of 1, 3 or 6 digits is not a whole number of bytes.
  const size_t digits = i % 8;
  if (digits == 0) {
    if (i < s.size()) return corrupt("base32", i);
    return out;
  }
  if (i == s.size()) return corrupt("base32", i - digits);
  if (digits == 1 || digits == 3 || digits == 6) return corrupt("base32", i);
  for (const size_t end = i + 8 - digits; i < end; ++i) {
    if (i >= s.size()) return corrupt("base32", s.size());
    if (s[i] != '=') return corrupt("base32", i);
  }
  if (i < s.size()) return corrupt("base32", i);
  return out;
}

}  // namespace logsvc::tmpl
