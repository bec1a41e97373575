// Simulates three ticketing services and their logs: queue-backend on queue-instance, api-server
// and ticket-server on backend-instance. Users go from queue to api to ticket; every few minutes an
// opening lets many in at once; some payments fail with a stack trace. Deterministic: seed and
// times decide every line.
#pragma once

#include <cstdint>
#include <queue>
#include <random>
#include <string>
#include <vector>

#include "base/time.h"

namespace logsvc::demo {

struct SimulatedLine {
  Timestamp timestamp = 0;
  std::string service;
  std::string host;
  std::string level;
  std::string text;  // Winston JSON, sometimes plain text
};

class Ticketing {
 public:
  Ticketing(uint64_t seed, Timestamp start);

  // Returns the lines from the end of the last call up to `end`, in time order.
  std::vector<SimulatedLine> lines_until(Timestamp end);

  static constexpr Duration kOpeningInterval = 4 * kMinute;

 private:
  struct Later {
    SimulatedLine line;
    uint64_t order;
    bool operator>(const Later& o) const {
      return line.timestamp != o.line.timestamp ? line.timestamp > o.line.timestamp
                                                : order > o.order;
    }
  };
  void plan_journey(Timestamp at);
  void plan_opening(Timestamp at);
  void plan(Timestamp at, const std::string& service, const std::string& level,
            const std::string& message, const std::string& fields);
  double arrivals_per_second(Timestamp at) const;
  uint64_t below(uint64_t n) { return random_() % n; }

  std::mt19937_64 random_;
  Timestamp planned_until_;
  Timestamp next_opening_;
  uint64_t order_ = 0;
  std::priority_queue<Later, std::vector<Later>, std::greater<>> later_;
};

}  // namespace logsvc::demo
