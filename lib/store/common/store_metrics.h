// Holds a store's counters in /metrics. Safe from several threads.
#pragma once

#include "telemetry/metrics.h"

namespace logsvc::store {

struct StoreMetrics {
  explicit StoreMetrics(Metrics& m);
  Counter& entries;
  Counter& line_bytes;
  Counter& duplicates;
  Counter& sealed_files;
  Counter& seal_failures;
  Counter& plain_blocks;
  Counter& damaged_reads;
  Counter& expired_entries;
  Counter& quarantined_files;
  Counter& replayed_records;
  Counter& lost_records;
  Counter& missing_files;
  Counter& joined_files;
  Counter& joined_duplicates;
  Counter& rewrite_failures;
  Counter& capped_entries;
  Counter& deleted_entries;
  Counter& refused_streams;
  Counter& index_rebuilds;
};

}  // namespace logsvc::store
