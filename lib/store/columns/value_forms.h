// Parses and formats text that a column keeps as numbers or packed bytes: UUIDs, hex ids, integers,
// times, addresses. A form is used only if formatting gives back the very same bytes. The functions
// are pure.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace logsvc::store {

enum class ColumnType : uint8_t {
  kConstant,    // one value
  kDictionary,  // few values, an id a row
  kString,      // bytes and lengths
  kText,        // templates: static pieces with slots, each slot in a column of its own
  kReference,   // distinct values in a column of their own, a reference a row
  kInteger,     // decimal without leading zeros, up to 18 digits
  kZeroPadded,  // decimal of a fixed width, up to 18 digits
  kHex,         // lower-case hex digits of a fixed count
  kUuid,        // lower-case, 8-4-4-4-12
  kIsoTime,     // 2026-01-02T03:04:05.678
  kClfTime,     // 02/Jan/2026:03:04:05
  kIpv4,        // dotted decimal
};

struct ValueForm {
  ColumnType type = ColumnType::kString;
  // For kZeroPadded and kHex: digits. For kIsoTime: digits of the fraction, | kCommaFraction.
  uint8_t width = 0;
  char separator = 0;  // kIsoTime: between date and time

  bool operator==(const ValueForm&) const = default;
};

inline constexpr uint8_t kCommaFraction = 16;
inline constexpr size_t kUuidChars = 36;
inline constexpr size_t kMinHexDigits = 8;
inline constexpr size_t kMaxHexDigits = 64;
inline constexpr size_t kMaxDecimalDigits = 18;
// No formatted number or packed value is longer.
inline constexpr size_t kMaxFormattedBytes = 72;

enum CharClass : uint8_t { kAlnum = 1, kDigit = 2, kHexDigit = 4, kUnderscore = 8 };
extern const std::array<uint8_t, 256> kCharClasses;
inline uint8_t char_class(char c) { return kCharClasses[static_cast<uint8_t>(c)]; }

inline bool is_digit(char c) { return static_cast<unsigned>(c - '0') < 10; }
inline bool is_alnum(char c) { return char_class(c) & kAlnum; }

bool is_uuid(std::string_view text);  // all of it, 36 characters
bool is_hex(std::string_view text);   // all of it, lower case
// Reads a whole text: a decimal without leading zeros of at most kMaxDecimalDigits.
bool parse_integer(std::string_view text, int64_t& value);

struct ParsedNumber {
  size_t length = 0;  // 0: the text does not have the form
  ValueForm form;
  int64_t value = 0;
};
// These read the beginning of text; of what follows they check only that it is no further digit.
ParsedNumber parse_iso_time(std::string_view text);
ParsedNumber parse_clf_time(std::string_view text);
ParsedNumber parse_ipv4(std::string_view text);

// Returns whether the type is kept as numbers, and formatted by format_number.
bool is_number(ColumnType type);
// Returns whether the type is kept as packed bytes, and formatted by format_packed.
inline bool is_packed(ColumnType type) {
  return type == ColumnType::kHex || type == ColumnType::kUuid;
}
// Returns the bytes of one packed value.
size_t packed_bytes(ValueForm form);
// text must have the form.
void pack(ValueForm form, std::string_view text, uint8_t* out);

// Both write at most kMaxFormattedBytes, whatever the value, and return how many.
size_t format_number(ValueForm form, int64_t value, char* out);
size_t format_packed(ValueForm form, const uint8_t* packed, char* out);

}  // namespace logsvc::store
