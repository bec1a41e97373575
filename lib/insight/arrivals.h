// What pushes brought and nobody has counted yet, so that a push never waits for a page whose JSON
// is being made. Safe from several threads; its lock is a leaf, held to put something in line
// alone.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "base/mutex.h"
#include "base/time.h"
#include "model/entry.h"
#include "wire/agent_report.h"

namespace logsvc::insight {

// What an agent said of itself with a push that was accepted, or without lines (heartbeat).
struct ReportArrival {
  wire::AgentReport report;
  std::string address;           // the peer's
  uint64_t kept_at_arrival = 0;  // of the push's lines, those that were ahead of the server's clock
  bool heartbeat = false;
};

struct Arrival {
  Timestamp at = 0;    // the wall clock when it came
  uint64_t bytes = 0;  // that it keeps in memory, about
  std::variant<std::shared_ptr<const Batch>, ReportArrival> what;
};

class Arrivals {
 public:
  static constexpr uint64_t kMostBytes = 16u << 20;  // of all that waits
  static constexpr uint64_t kLeastBytes = 1u << 10;  // that anything counts for

  // False: as much waits as may, and whoever brings more has to count it now.
  bool add(Arrival arrival);
  // All that waits, in the order in which it came.
  std::vector<Arrival> take();

 private:
  Mutex mutex_;
  std::vector<Arrival> waiting_ GUARDED_BY(mutex_);
  uint64_t bytes_ GUARDED_BY(mutex_) = 0;
};

}  // namespace logsvc::insight
