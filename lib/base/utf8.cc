#include "base/utf8.h"

#include <cstring>

namespace logsvc {

size_t utf8_length(std::string_view s) {
  const auto byte = [&](size_t i) { return static_cast<unsigned char>(s[i]); };
  const auto tail = [&](size_t i) { return i < s.size() && (byte(i) & 0xC0) == 0x80; };
  const unsigned char b = byte(0);
  if (b < 0x80) return 1;
  if (b >= 0xC2 && b <= 0xDF) return tail(1) ? 2 : 0;
  if (b >= 0xE0 && b <= 0xEF) {
    if (!tail(1) || !tail(2)) return 0;
    if (b == 0xE0 && byte(1) < 0xA0) return 0;
    if (b == 0xED && byte(1) > 0x9F) return 0;
    return 3;
  }
  if (b >= 0xF0 && b <= 0xF4) {
    if (!tail(1) || !tail(2) || !tail(3)) return 0;
    if (b == 0xF0 && byte(1) < 0x90) return 0;
    if (b == 0xF4 && byte(1) > 0x8F) return 0;
    return 4;
  }
  return 0;
}

uint32_t first_rune(std::string_view s, size_t& length) {
  length = utf8_length(s);
  if (length == 0) {
    length = 1;
    return 0xFFFD;
  }
  const auto first = static_cast<unsigned char>(s[0]);
  if (length == 1) return first;
  uint32_t rune = first & (0xFFu >> (length + 1));
  for (size_t i = 1; i < length; ++i) rune = rune << 6 | (static_cast<unsigned char>(s[i]) & 0x3Fu);
  return rune;
}

std::string_view cut_utf8(std::string_view text, size_t max_bytes) {
  if (text.size() <= max_bytes) return text;
  constexpr size_t kLongest = 4;
  for (size_t end = max_bytes + 1; end-- > 0 && max_bytes - end < kLongest;) {
    if ((static_cast<unsigned char>(text[end]) & 0xC0) != 0x80) return text.substr(0, end);
  }
  return text.substr(0, max_bytes);
}

void append_utf8(std::string& out, uint32_t rune) {
  const auto put = [&](uint32_t v) { out.push_back(static_cast<char>(v)); };
  if (rune < 0x80) {
    put(rune);
  } else if (rune < 0x800) {
    put(0xC0 | rune >> 6), put(0x80 | (rune & 0x3F));
  } else if (rune < 0x10000) {
    put(0xE0 | rune >> 12), put(0x80 | (rune >> 6 & 0x3F)), put(0x80 | (rune & 0x3F));
  } else {
    put(0xF0 | rune >> 18), put(0x80 | (rune >> 12 & 0x3F));
    put(0x80 | (rune >> 6 & 0x3F)), put(0x80 | (rune & 0x3F));
  }
}

bool is_utf8(std::string_view s) {
  constexpr uint64_t kNotAscii = 0x8080808080808080;
  while (!s.empty()) {
    uint64_t word;
    while (s.size() >= sizeof word) {
      std::memcpy(&word, s.data(), sizeof word);
      if (word & kNotAscii) break;
      s.remove_prefix(sizeof word);
    }
    if (s.empty()) break;
    const size_t n = utf8_length(s);
    if (n == 0) return false;
    s.remove_prefix(n);
  }
  return true;
}

std::string repair_utf8(std::string_view text, std::string_view replacement) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const size_t n = utf8_length(text);
    out += n ? text.substr(0, n) : replacement;
    text.remove_prefix(n ? n : 1);
  }
  return out;
}

}  // namespace logsvc
