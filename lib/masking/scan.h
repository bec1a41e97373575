// The pass that every line goes through: finds places where a detector might find something. It
// looks at 64 bytes at a time and takes no memory.
#pragma once

#include <cstdint>
#include <cstring>
#include <string_view>

namespace logsvc::masking {

// One bit for each of 64 bytes.
struct Block {
  static constexpr size_t kBytes = 64;
  static constexpr size_t kAhead = 2;  // bytes behind it that are looked at too

  uint64_t digits = 0;  // 0 to 9
  // The first byte of what a detector that is not about digits knows a place by: @ + %40 eyJ sv_,
  // "bea" and "iz" in either case, and U+FF00 to U+FF3F (full width).
  uint64_t marks = 0;

  // Looks at kBytes + kAhead bytes.
  static Block read(const char* bytes);
};

// Calls run(place) for the first digit of each run of at least four, and mark(place) for each mark.
template <typename Run, typename Mark>
void scan(std::string_view text, Run&& run, Mark&& mark) {
  uint64_t digits_before = 0, fours_before = 0;
  const auto visit = [&](const Block& block, size_t at) {
    const uint64_t d = block.digits;
    // Bits are set where the fourth digit in a row, or a later one, stands.
    const uint64_t fours = d & (d << 1 | digits_before >> 63) & (d << 2 | digits_before >> 62) &
                           (d << 3 | digits_before >> 61);
    for (uint64_t first = fours & ~(fours << 1 | fours_before >> 63); first; first &= first - 1)
      run(at + static_cast<size_t>(__builtin_ctzll(first)) - 3);
    for (uint64_t marks = block.marks; marks; marks &= marks - 1)
      mark(at + static_cast<size_t>(__builtin_ctzll(marks)));
    digits_before = d;
    fours_before = fours;
  };
  size_t at = 0;
  for (; at + Block::kBytes + Block::kAhead <= text.size(); at += Block::kBytes)
    visit(Block::read(text.data() + at), at);
  if (at == text.size()) return;
  // The rest is a block, and perhaps two bytes of a further one.
  char rest[2 * Block::kBytes + Block::kAhead] = {};
  std::memcpy(rest, text.data() + at, text.size() - at);
  visit(Block::read(rest), at);
  if (text.size() - at > Block::kBytes)
    visit(Block::read(rest + Block::kBytes), at + Block::kBytes);
}

}  // namespace logsvc::masking
