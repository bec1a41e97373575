// Puts lines of files and journals into the spool, together with each source's place. For one
// thread at a time.
#pragma once

#include <atomic>
#include <map>
#include <string>

#include "agent/files/line_store.h"
#include "agent/spool/full_spool.h"
#include "agent/spool/group_writer.h"
#include "agent/spool/spool.h"
#include "agent/spool/spool_wakeup.h"
#include "os/clock.h"

namespace logsvc::agent {

class SpoolStore : public LineStore {
 public:
  // Borrows everything.
  SpoolStore(Spool& spool, SpoolWakeup& wakeup, const Clock& clock, AgentMetrics& metrics,
             Diagnostics& diagnostics);

  std::string position(const std::string& source) override;
  LineSink& sink() override { return writer_; }
  // Waits while the spool is full.
  bool commit(const std::string& source, const std::string& position) override;
  Status try_commit(const std::string& source, const std::string& position) override;
  Status sync() override { return spool_.sync(); }

  // Makes a waiting commit give up. Any thread.
  void stop() { stop_ = true; }

 private:
  Spool& spool_;
  SpoolWakeup& wakeup_;
  const Clock& clock_;
  GroupWriter writer_;
  std::map<std::string, uint64_t> last_lines_;  // number of each source's last line
  std::atomic<bool> stop_{false};
  WaitForRoom room_;
};

}  // namespace logsvc::agent
