// zstd, with one context a thread.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace logsvc::store {

enum class CompressionKind {
  kText,   // log lines: fast strategy, minMatch 7, hashLog 17
  kSmall,  // headers and number columns: level 1
};

std::string compress(std::string_view raw, CompressionKind kind);
// kCorrupt unless the result has exactly raw_bytes.
Result<std::string> decompress(std::string_view stored, uint64_t raw_bytes);

}  // namespace logsvc::store
