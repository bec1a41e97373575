// Lines of files and journals into the spool, each source with its place. For one thread
// at a time.
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <string>

#include "agent/agent_metrics.h"
#include "agent/files/line_store.h"
#include "agent/spool/group_writer.h"
#include "agent/spool/spool.h"
#include "os/clock.h"
#include "telemetry/diagnostics.h"

namespace logsvc::agent {

class SpoolStore : public LineStore {
 public:
  // Borrows everything. on_spooled wakes who sends.
  SpoolStore(Spool& spool, const Clock& clock, AgentMetrics& metrics, Diagnostics& diagnostics,
             std::function<void()> on_spooled);

  std::string position(const std::string& source) override;
  LineSink& sink() override { return writer_; }
  // Waits as long as the spool is full.
  bool commit(const std::string& source, const std::string& position) override;
  Status try_commit(const std::string& source, const std::string& position) override;
  Status sync() override { return spool_.sync(); }

  // A commit that waits gives up; any thread.
  void stop() { stop_ = true; }

 private:
  Spool& spool_;
  const Clock& clock_;
  AgentMetrics& metrics_;
  Diagnostics& diagnostics_;
  const std::function<void()> on_spooled_;
  GroupWriter writer_;
  std::map<std::string, uint64_t> last_lines_;  // numbers of the sources' last lines
  std::atomic<bool> stop_{false};
};

}  // namespace logsvc::agent
