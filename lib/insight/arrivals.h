// What pushes brought and nobody has counted yet, so that a push never waits for a page whose JSON
// is being made. Safe from several threads; its lock is a leaf, held only to queue something.
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

// What an agent said of itself with a push that was accepted, or in a heartbeat.
struct ReportArrival {
  wire::AgentReport report;
  std::string address;           // the peer's
  uint64_t kept_at_arrival = 0;  // of the push's lines, those that were ahead of the server's clock
  bool heartbeat = false;
};

struct Arrival {
  Timestamp at = 0;    // the wall clock when it came
  uint64_t bytes = 0;  // roughly what it keeps in memory
  std::variant<std::shared_ptr<const Batch>, ReportArrival> what;
};

class Arrivals {
 public:
  static constexpr uint64_t kMostBytes = 8u << 20;   // all that waits together
  static constexpr uint64_t kLeastBytes = 1u << 10;  // the least that an arrival counts for

  // Returns false if too much waits already: the caller then has to count it itself.
  bool add(Arrival arrival);
  // Takes all that waits, in the order in which it came.
  std::vector<Arrival> take();

 private:
  Mutex mutex_;
  std::vector<Arrival> waiting_ GUARDED_BY(mutex_);
  uint64_t bytes_ GUARDED_BY(mutex_) = 0;
};

}  // namespace logsvc::insight
