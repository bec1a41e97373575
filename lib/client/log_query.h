// A log query answered in as many requests as it takes, each at most `batch` entries.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "client/log_printer.h"
#include "client/loki_client.h"

namespace logsvc::client {

struct LogQuery {
  std::string query;
  Timestamp start = 0;  // [start, end)
  Timestamp end = 0;
  uint64_t limit = 30;  // 0: all there are
  uint64_t batch = 1000;
  std::string interval;  // as written; empty: none
  bool forward = false;
};

struct LogQueryResult {
  uint64_t lines = 0;
  nlohmann::json stats;  // from the last request
};

// Returns the entries of one answer in the order asked for.
std::vector<LogLine> lines_of(const nlohmann::json& streams, bool forward);

// Calls `take` with each answer's lines, without those that came before. Warnings of the server and
// of the paging go to `warn`.
Result<LogQueryResult> run_log_query(LokiClient& client, const LogQuery& query,
                                     const std::function<void(const std::vector<LogLine>&)>& take,
                                     const std::function<void(const std::string&)>& warn);

}  // namespace logsvc::client
