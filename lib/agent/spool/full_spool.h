// What becomes of lines when the spool takes no more of them:
//
//   wait    the source keeps its lines until they are read: containers, files, journals
//   drop    nobody keeps the lines, and they are worth less than those of containers: Docker's
//   events refuse  the sender is told and sends them again: loki_push_api, by LineStore::try_commit
#pragma once

#include <atomic>
#include <span>

#include "agent/common/agent_metrics.h"
#include "agent/spool/spool.h"
#include "telemetry/diagnostics.h"

namespace logsvc::agent {

// For one thread.
class WaitForRoom {
 public:
  // Borrows everything. Another thread sets `stop` to end a wait, which happens within 50 ms.
  WaitForRoom(const std::atomic<bool>& stop, AgentMetrics& metrics, Diagnostics& diagnostics)
      : stop_(stop), metrics_(metrics), diagnostics_(diagnostics) {}

  // Calls try_append, which returns a Status, until it succeeds. False: it is to stop, and nothing
  // was appended. Every wait is counted, and said.
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

// False: there is no room; the groups are dropped and counted.
bool append_or_drop(Spool& spool, std::span<const SpoolGroup> groups, Counter& dropped);

}  // namespace logsvc::agent
