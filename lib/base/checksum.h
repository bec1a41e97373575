// Computes checksums and hashes of bytes: XXH3-64 (xxhash 0.8), which is stable across machines and
// releases, so that values may be written to disk. It must not be used for secrets.
#pragma once

#include <cstdint>
#include <string_view>

namespace logsvc {

uint64_t hash_bytes(std::string_view bytes);
uint64_t hash_bytes(std::string_view bytes, uint64_t seed);

// Returns XXH64 with seed 0: the older function, which others have fixed (Loki orders streams by
// it).
uint64_t hash_bytes_xxh64(std::string_view bytes);

}  // namespace logsvc
