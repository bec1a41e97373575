// Compares and copies where most texts have a few bytes and a call costs more than the work. It is
// for loops over millions of such texts; elsewhere std::memcmp and std::memcpy are clearer.
#pragma once

#include <cstring>
#include <string_view>

#include "base/bytes.h"

namespace logsvc {

// Returns std::memcmp(a, b, n) == 0.
inline bool is_same(const char* a, const char* b, size_t n) {
  if (n >= 8) {
    for (size_t i = 0; i + 8 < n; i += 8) {
      if (load_fixed<uint64_t>(a + i) != load_fixed<uint64_t>(b + i)) return false;
    }
    return load_fixed<uint64_t>(a + n - 8) == load_fixed<uint64_t>(b + n - 8);
  }
  if (n >= 4) {
    return load_fixed<uint32_t>(a) == load_fixed<uint32_t>(b) &&
           load_fixed<uint32_t>(a + n - 4) == load_fixed<uint32_t>(b + n - 4);
  }
  for (size_t i = 0; i < n; ++i) {
    if (a[i] != b[i]) return false;
  }
  return true;
}

inline bool is_same(std::string_view a, std::string_view b) {
  return a.size() == b.size() && is_same(a.data(), b.data(), a.size());
}

// Copies the text like std::memcpy; the two must not overlap. Returns the end of the copy.
inline char* copy_to(char* out, std::string_view text) {
  const char* const from = text.data();
  const size_t n = text.size();
  if (n > 16) {
    std::memcpy(out, from, n);
  } else if (n >= 8) {
    const auto first = load_fixed<uint64_t>(from), last = load_fixed<uint64_t>(from + n - 8);
    std::memcpy(out, &first, 8);
    std::memcpy(out + n - 8, &last, 8);
  } else if (n >= 4) {
    const auto first = load_fixed<uint32_t>(from), last = load_fixed<uint32_t>(from + n - 4);
    std::memcpy(out, &first, 4);
    std::memcpy(out + n - 4, &last, 4);
  } else {
    for (size_t i = 0; i < n; ++i) out[i] = from[i];
  }
  return out + n;
}

}  // namespace logsvc
