// The result of a query. Plain data; server/query/response_json turns it into Loki's JSON.
#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "base/time.h"
#include "model/label_set.h"

namespace logsvc::logql {

struct ResultEntry {
  Timestamp timestamp = 0;
  std::string line;
  // Filled only when the request asked for categorised labels; sorted by name.
  Labels metadata;
  Labels parsed;
};

// Entries with one label set, in the query's direction. Without categorised labels, metadata
// and parsed labels are part of `labels`.
struct ResultStream {
  Labels labels;  // sorted by name
  std::vector<ResultEntry> entries;
};

struct Sample {
  int64_t timestamp_ms = 0;
  double value = 0;
};

struct ResultSeries {
  Labels labels;  // sorted by name
  std::vector<Sample> samples;
};

struct StreamsResult {
  std::vector<ResultStream> streams;  // sorted by label string
};
struct MatrixResult {
  std::vector<ResultSeries> series;
};
struct VectorResult {
  std::vector<ResultSeries> series;  // exactly one sample each
};
struct ScalarResult {
  Sample sample;
};

struct QueryStats {
  uint64_t bytes_processed = 0;  // bytes of lines looked at
  uint64_t lines_processed = 0;
  uint64_t lines_after_filter = 0;
  uint64_t entries_returned = 0;
  uint64_t head_lines = 0;
  uint64_t chunks_total = 0;
  uint64_t chunks_read = 0;
  uint64_t compressed_bytes = 0;
  uint64_t duplicates = 0;
  Duration exec_time = 0;
};

struct QueryResult {
  std::variant<StreamsResult, MatrixResult, VectorResult, ScalarResult> data;
  bool categorized = false;
  QueryStats stats;
  std::vector<std::string> warnings;
};

}  // namespace logsvc::logql
