// Reads sizes as people write them.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace logsvc {

// Reads "10", "64MB", "1.5 GiB": a number with or without a fraction, and one of the units B, K, M,
// G, T, P, E in small or capital letters, which B or iB may follow; each is 1024 times the one
// before. Returns nullopt for anything else, and for 2^64 or more.
std::optional<uint64_t> parse_byte_size(std::string_view text);

}  // namespace logsvc
