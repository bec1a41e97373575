#include "gotext/unicode.h"

#include <locale.h>

#include <clocale>
#include <cwctype>

#include "base/utf8.h"

namespace logsvc {
namespace {

// The C library's tables; ASCII alone where its UTF-8 locale is missing.
locale_t unicode_locale() {
  static const locale_t locale = newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr);
  return locale;
}

bool is_ascii_word(uint32_t r) {
  return (r >= '0' && r <= '9') || (r >= 'a' && r <= 'z') || (r >= 'A' && r <= 'Z') || r == '_';
}

// Whether a word ends before the rune.
bool is_separator(uint32_t r) {
  if (r < 0x80) return !is_ascii_word(r);
  const locale_t locale = unicode_locale();
  if (locale && iswalnum_l(static_cast<wint_t>(r), locale)) return false;
  return locale && iswspace_l(static_cast<wint_t>(r), locale);
}

template <typename Map>
std::string map_runes(std::string_view s, Map map) {
  std::string out;
  out.reserve(s.size());
  while (!s.empty()) {
    size_t length = 0;
    append_utf8(out, map(first_rune(s, length)));
    s.remove_prefix(length);
  }
  return out;
}

}  // namespace

uint32_t lower_rune(uint32_t r) {
  if (r < 0x80) return r >= 'A' && r <= 'Z' ? r + 32 : r;
  const locale_t locale = unicode_locale();
  return locale ? static_cast<uint32_t>(towlower_l(static_cast<wint_t>(r), locale)) : r;
}

uint32_t upper_rune(uint32_t r) {
  if (r < 0x80) return r >= 'a' && r <= 'z' ? r - 32 : r;
  const locale_t locale = unicode_locale();
  return locale ? static_cast<uint32_t>(towupper_l(static_cast<wint_t>(r), locale)) : r;
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

size_t count_runes(std::string_view s) {
  size_t n = 0;
  for (size_t at = 0; at < s.size(); ++n) {
    const size_t length = utf8_length(s.substr(at));
    at += length ? length : 1;
  }
  return n;
}

std::string to_lower(std::string_view s) { return map_runes(s, lower_rune); }
std::string to_upper(std::string_view s) { return map_runes(s, upper_rune); }

std::string to_title(std::string_view s) {
  uint32_t before = ' ';
  return map_runes(s, [&](uint32_t r) {
    const bool first = is_separator(before);
    before = r;
    return first ? upper_rune(r) : r;
  });
}

}  // namespace logsvc
