#include "gotext/unicode.h"

#include <locale.h>

#include <clocale>
#include <cwctype>

#include "base/utf8.h"

namespace logsvc {
namespace {

// Uses the C library's tables; only ASCII where its UTF-8 locale is missing.
locale_t unicode_locale() {
  static const locale_t locale = newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr);
  return locale;
}

bool is_ascii_word(uint32_t r) {
  return (r >= '0' && r <= '9') || (r >= 'a' && r <= 'z') || (r >= 'A' && r <= 'Z') || r == '_';
}

// Returns whether a word ends before the rune.
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

bool is_space(uint32_t r) {
  if (r == 0x85 || r == 0xA0) return true;
  if (r < 0x80) return r == ' ' || (r >= '\t' && r <= '\r');
  const locale_t locale = unicode_locale();
  // The C library omits those at which a line may not break.
  return r == 0x2007 || r == 0x202F || (locale && iswspace_l(static_cast<wint_t>(r), locale));
}

bool is_letter(uint32_t r) {
  if (r < 0x80) return (r | 32) >= 'a' && (r | 32) <= 'z';
  const locale_t locale = unicode_locale();
  return locale && iswalpha_l(static_cast<wint_t>(r), locale);
}

bool is_number(uint32_t r) {
  if (r < 0x80) return r >= '0' && r <= '9';
  // These are ² ³ ¹ ¼ ½ ¾, Roman numerals, and digits in full width.
  return r == 0xB2 || r == 0xB3 || r == 0xB9 || (r >= 0xBC && r <= 0xBE) ||
         (r >= 0x2150 && r <= 0x2189) || (r >= 0xFF10 && r <= 0xFF19);
}

bool is_punctuation(uint32_t r) {
  if (r < 0x80) {
    return r > ' ' && r != 0x7F && !is_letter(r) && !is_number(r) &&
           std::string_view("$+<=>^`|~").find(static_cast<char>(r)) == std::string_view::npos;
  }
  // These are Latin-1's, general punctuation, and what Chinese, Japanese and Korean use.
  static constexpr std::string_view kLatin = "\xA1\xA7\xAB\xB6\xB7\xBB\xBF";
  return (r < 0x100 && kLatin.find(static_cast<char>(r)) != std::string_view::npos) ||
         (r >= 0x2010 && r <= 0x2027) || (r >= 0x2030 && r <= 0x205E && r != 0x2044) ||
         (r >= 0x3001 && r <= 0x3003) || (r >= 0x3008 && r <= 0x3011) ||
         (r >= 0xFF01 && r <= 0xFF0F && r != 0xFF04 && r != 0xFF0B);
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
