// Limits what one query may ask for and hold.
#pragma once

#include <cstdint>

#include "base/time.h"

namespace logsvc::logql {

// Loki's clients know the texts of these limits. 0 = no limit.
struct EngineLimits {
  uint64_t max_entries = 5000;             // entries a log query may ask for
  uint64_t max_series = 500;               // series a metric query may answer
  Duration max_query_length = 0;           // end - start
  uint64_t max_memory_bytes = 256u << 20;  // for one query, until its answer is sent
  Duration timeout = kMinute;
  uint64_t max_points = 11'000;  // steps of a range query
};

}  // namespace logsvc::logql
