// Looks at eight bytes of JSON text at once to find where a string stops being plain.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace logsvc {

inline constexpr uint64_t kEachByte = 0x0101010101010101;

// Marks the first byte that equals the wanted one by its top bit. Marks above it may be wrong, and
// so may the other bits.
constexpr uint64_t mark_byte(uint64_t word, uint8_t byte) {
  const uint64_t x = word ^ kEachByte * byte;
  return (x - kEachByte) & ~x;
}

// Marks the first quote, backslash or control character in the same way.
constexpr uint64_t mark_json_specials(uint64_t word) {
  const uint64_t controls = (word - kEachByte * 0x20) & ~word;
  return controls | mark_byte(word, '"') | mark_byte(word, '\\');
}

// Returns how many bytes stand before the first mark; 8 if there is none.
constexpr size_t bytes_before_mark(uint64_t marks) {
  return static_cast<size_t>(std::countr_zero(marks & kEachByte * 0x80)) / 8;
}

// Says whether the first byte in memory is the lowest, which all of this needs.
inline constexpr bool kBytesInOrder = std::endian::native == std::endian::little;

inline uint64_t load_bytes(const char* from) {
  uint64_t word;
  std::memcpy(&word, from, sizeof word);
  return word;
}

}  // namespace logsvc
