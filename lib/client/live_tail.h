// Follows new lines as they come, over as many connections as it takes.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "client/client_options.h"
#include "client/log_printer.h"

namespace logsvc::client {

struct LiveTail {
  std::string query;
  Timestamp start = 0;     // lines from then on come first
  uint64_t limit = 30;     // how many of those
  uint64_t delay_for = 0;  // seconds the server waits for late lines
};

// Runs until the server refuses the query, at any attempt, or is unreachable at the first one. A
// connection that was established is made again (1 s after it ended, later 30 s), from the last
// line on, also while only 429 or 5xx answers. Returns the error that ended it, as LokiClient gives
// them. `take` gets lines in order; `warn` gets what is worth knowing. Runs on the caller's thread.
Status run_live_tail(const ClientOptions& options, const LiveTail& tail,
                     const std::function<void(const std::vector<LogLine>&)>& take,
                     const std::function<void(const std::string&)>& warn);

}  // namespace logsvc::client
