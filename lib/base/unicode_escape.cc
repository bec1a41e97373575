#include "base/unicode_escape.h"

namespace logsvc {
namespace {

constexpr size_t kLength = 6;
constexpr uint32_t kHigh = 0xD800, kLow = 0xDC00, kEnd = 0xE000;

// Returns the UTF-16 unit that is written there; kNone if there is none.
constexpr uint32_t kNone = UINT32_MAX;

uint32_t read_unit(std::string_view text) {
  if (text.size() < kLength || text[0] != '\\' || text[1] != 'u') return kNone;
  uint32_t unit = 0;
  for (const char c : text.substr(2, 4)) {
    const char lower = static_cast<char>(c | 32);
    if (c >= '0' && c <= '9') {
      unit = unit << 4 | static_cast<uint32_t>(c - '0');
    } else if (lower >= 'a' && lower <= 'f') {
      unit = unit << 4 | static_cast<uint32_t>(lower - 'a' + 10);
    } else {
      return kNone;
    }
  }
  return unit;
}

}  // namespace

UnicodeEscape read_unicode_escape(std::string_view text) {
  const uint32_t unit = read_unit(text);
  if (unit == kNone) return {};
  if (unit < kHigh || unit >= kEnd) return {kLength, unit, false};
  const uint32_t low = unit < kLow ? read_unit(text.substr(kLength)) : kNone;
  if (low < kLow || low >= kEnd) return {kLength, 0xFFFD, true};
  return {2 * kLength, 0x10000 + ((unit - kHigh) << 10) + (low - kLow), false};
}

}  // namespace logsvc
