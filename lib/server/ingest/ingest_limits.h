// Limits what a push may hold, and decides what happens to entries that exceed it. By default the
// limits are wider than Loki's.
#pragma once

#include <string>
#include <vector>

#include "base/time.h"
#include "model/entry.h"
#include "telemetry/metrics.h"
#include "wire/push_answer.h"

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
  uint64_t max_metadata_bytes = 64u << 10;        // per entry
  uint64_t max_metadata_pairs = 128;              // per entry
  Duration creation_grace_period = 10 * kMinute;  // how far in the future an entry may be; 0: any
  // Entries further ahead are kept at the time of their arrival instead of being refused, with
  // their own time in the structured metadata original_time. This always holds for our agents.
  bool keep_future = false;
  Duration reject_old_samples_after = 0;  // 0: never
  bool discover_service_name = true;
  bool discover_log_levels = true;
};

struct LimitOutcome {
  std::string rejections;                 // Loki's texts joined; empty: nothing was taken out
  std::vector<wire::EntryRange> refused;  // numbers of the entries taken out
  uint64_t kept_at_arrival = 0;           // see keep_future
};

// Gives streams their service_name and takes what exceeds a limit out of the batch; counts
// loki_discarded_samples_total{reason}. A time that means 1970 in nanoseconds, and these years in
// seconds, milliseconds or microseconds, is a mistake of the sender and refused by name; so are
// streams that only the audit log writes. format is
// "loki" or "otlp", for metrics.
LimitOutcome enforce_limits(Batch& batch, const IngestLimits& limits, Timestamp now,
                            Metrics& metrics, const char* format = "loki");

// Counts entries that were refused, in Loki's metrics.
void count_discarded(Metrics& metrics, const std::string& reason, const char* format,
                     uint64_t entries, uint64_t bytes);
// Returns Loki's words for a stream that is one too many.
std::string stream_limit_text(const LabelSet& labels);

}  // namespace logsvc::server
