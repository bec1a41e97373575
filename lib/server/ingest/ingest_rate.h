// How much may be pushed in a second, as it stands in the settings.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/result.h"

namespace logsvc::server {

struct IngestRate {
  uint64_t bytes_per_second = 0;  // of lines and structured metadata; 0: no limit
  uint64_t burst_bytes = 0;
  uint64_t lines_per_second = 0;  // 0: no limit
  uint64_t burst_lines = 0;

  bool limits() const { return bytes_per_second > 0 || lines_per_second > 0; }
  bool operator==(const IngestRate&) const = default;
};

// Reads "10MB/s", "5000 lines/s", "10MB/s 5000 lines/s burst 20MB 10000 lines": bytes, lines or
// both, and what may come at once after a quiet time, which is what two seconds may bring if it is
// not said. "0" and an empty text are no limit.
Result<IngestRate> parse_ingest_rate(std::string_view text);

}  // namespace logsvc::server
