// A query over a range of time or at one instant. Plain data.
#pragma once

#include <string>

#include "base/time.h"
#include "logql/run/query_run.h"
#include "model/log_source.h"

namespace logsvc::logql {

struct RangeRequest {
  std::string query;
  Timestamp start = 0;  // log queries: [start, end)
  Timestamp end = 0;
  Duration step = 0;      // metric queries; > 0
  Duration interval = 0;  // log queries: thinning; 0 = off
  uint64_t limit = 100;   // log queries
  Direction direction = Direction::kBackward;
  bool categorize_labels = false;
  // Metric queries with too many series return the first ones and a warning instead of an error.
  bool partial_series = false;
  QueryRun run;
};

struct InstantRequest {
  std::string query;
  Timestamp time = 0;
  uint64_t limit = 100;
  Direction direction = Direction::kBackward;
  bool categorize_labels = false;
  // Metric queries with too many series return the first ones and a warning instead of an error.
  bool partial_series = false;
  QueryRun run;
};

}  // namespace logsvc::logql
