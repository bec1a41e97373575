// Hashes values in memory, where most have a few bytes: inline up to 16, with XXH3 beyond. The
// mixing is that of wyhash (Wang Yi, public domain). It must never be written to disk or used for
// secrets.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/bytes.h"
#include "base/checksum.h"

namespace logsvc::store {

namespace value_hash {
inline constexpr uint64_t kFirst = 0xA0761D6478BD642F, kSecond = 0xE7037ED1A0B428DB;

inline uint64_t mix(uint64_t a, uint64_t b) {
  __extension__ using Wide = unsigned __int128;
  const Wide product = static_cast<Wide>(a) * b;
  return static_cast<uint64_t>(product) ^ static_cast<uint64_t>(product >> 64);
}
}  // namespace value_hash

inline uint64_t hash_value(std::string_view value, uint64_t seed = 0) {
  using namespace value_hash;
  const char* const p = value.data();
  const size_t n = value.size();
  uint64_t head = 0, tail = 0;
  if (n > 16) return hash_bytes(value, seed);
  if (n >= 8) {
    head = load_fixed<uint64_t>(p);
    tail = load_fixed<uint64_t>(p + n - 8);
  } else if (n >= 4) {
    head = load_fixed<uint32_t>(p);
    tail = load_fixed<uint32_t>(p + n - 4);
  } else if (n > 0) {
    head = uint64_t{static_cast<uint8_t>(p[0])} << 16 |
           uint64_t{static_cast<uint8_t>(p[n / 2])} << 8 | static_cast<uint8_t>(p[n - 1]);
  }
  return mix(kSecond ^ n, mix(head ^ kSecond, tail ^ seed ^ kFirst));
}

}  // namespace logsvc::store
