// What a push may hold, and what happens to entries that are over it. Wider than Loki's by default.
#pragma once

#include <string>
#include <vector>

#include "base/time.h"
#include "model/entry.h"
#include "telemetry/metrics.h"

namespace logsvc::server {

struct IngestLimits {
  uint64_t max_body_bytes = 100u << 20;     // as sent
  uint64_t max_decoded_bytes = 128u << 20;  // after decompression
  uint64_t max_line_bytes = 1u << 20;
  bool cut_long_lines = false;  // to max_line_bytes instead of refusing them
  uint64_t max_label_names = 32;
  uint64_t max_label_name_bytes = 1024;
  uint64_t max_label_value_bytes = 2048;
  bool allow_metadata = true;
  uint64_t max_metadata_bytes = 64u << 10;        // of one entry
  uint64_t max_metadata_pairs = 128;              // of one entry
  Duration creation_grace_period = 10 * kMinute;  // how far in the future an entry may be
  Duration reject_old_samples_after = 0;          // 0: never
  bool discover_service_name = true;
  bool discover_log_levels = true;
};

// Gives streams their service_name and takes what is over a limit out of the batch. Returns Loki's
// texts joined, empty if nothing was taken out; counts loki_discarded_samples_total{reason}.
// format: "loki" or "otlp", in metrics.
std::string enforce_limits(Batch& batch, const IngestLimits& limits, Timestamp now,
                           Metrics& metrics, const char* format = "loki");

}  // namespace logsvc::server
