// New lines as they come, over as many connections as it takes.
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
  uint64_t limit = 30;     // of those
  uint64_t delay_for = 0;  // seconds the server waits for late lines
};

// Runs until the server refuses the query, or is not there at the first attempt; later it is tried
// again, from the last line on. `take` gets lines in order; `warn` what is worth knowing.
Status run_live_tail(const ClientOptions& options, const LiveTail& tail,
                     const std::function<void(const std::vector<LogLine>&)>& take,
                     const std::function<void(const std::string&)>& warn);

}  // namespace logsvc::client
