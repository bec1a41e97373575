// What happens to lines when the spool is full:
//
//   wait     containers, files and journals keep their lines until they are read
//   drop     Docker's events: nobody keeps them, and containers' lines matter more
//   refuse   loki_push_api tells the sender, which sends again (LineStore::try_commit)
#pragma once

#include <atomic>
#include <span>

#include "agent/common/agent_metrics.h"
#include "agent/spool/spool.h"
#include "telemetry/diagnostics.h"

namespace logsvc::agent {

// Waits until there is room. For one thread.
class WaitForRoom {
 public:
  // Borrows everything. Another thread sets `stop` to end a wait, which happens within 50 ms.
  WaitForRoom(const std::atomic<bool>& stop, AgentMetrics& metrics, Diagnostics& diagnostics)
      : stop_(stop), metrics_(metrics), diagnostics_(diagnostics) {}

  // Calls try_append, which returns a Status, until it succeeds. Returns false when stopping; then
  // nothing was appended. Counts and reports every wait.
  template <class TryAppend>
  bool append(const TryAppend& try_append) {
    while (true) {
      const Status done = try_append();
      if (done.ok()) return true;
      if (stop_) return false;
      wait(done.error());
    }
  }

 private:
  void wait(const Error& why);

  const std::atomic<bool>& stop_;
  AgentMetrics& metrics_;
  Diagnostics& diagnostics_;
};

// Returns false if there is no room; the groups are then dropped and counted.
bool append_or_drop(Spool& spool, std::span<const SpoolGroup> groups, Counter& dropped);

}  // namespace logsvc::agent
