// Compresses with zstd, with one context per thread; unpacks snappy, as pushes bring it.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/raw_bytes.h"
#include "base/result.h"

namespace logsvc::store {

enum class CompressionKind {
  kText,   // log lines: fast strategy, minMatch 7, hashLog 17
  kSmall,  // headers and number columns: level 1
};

std::string compress(std::string_view raw, CompressionKind kind);
// Unpacks a snappy block. Returns kCorrupt unless it holds exactly raw_bytes.
Result<std::string> unpack_snappy(std::string_view stored, uint64_t raw_bytes);
// Returns kCorrupt unless the result has exactly raw_bytes.
Result<RawBytes> decompress(std::string_view stored, uint64_t raw_bytes);

}  // namespace logsvc::store
