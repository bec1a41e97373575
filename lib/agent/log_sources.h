// Everything the agent reads: the containers of each Docker host and job, files and journals. This
// class starts and ends all their threads.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "agent/agent_config.h"
#include "agent/common/agent_metrics.h"
#include "agent/jobs/job.h"
#include "agent/spool/spool.h"
#include "agent/spool/spool_wakeup.h"
#include "agent/status_page.h"
#include "os/file_system.h"
#include "wire/agent_report.h"

namespace logsvc::agent {

class LogSources {
 public:
  struct Context {
    const AgentConfig& config;
    Spool& spool;
    SpoolWakeup& wakeup;  // for the pushers
    FileSystem& files;
    const Clock& clock;
    Metrics& registry;
    AgentMetrics& metrics;
    Diagnostics& diagnostics;
    // Called when standard input, if it is read, has ended and is in the spool.
    std::function<void()> on_input_end = [] {};
  };
  // Borrows everything; the context's objects outlive it. Returns kInvalid if a part of the
  // configuration cannot be read.
  static Result<std::unique_ptr<LogSources>> start(const Context& context);
  ~LogSources();

  // Returns why the agent is not ready yet; empty: it is ready. Any thread.
  std::string not_ready() const;
  // Returns what is read now, for /targets. Any thread.
  std::vector<TargetRow> targets() const;
  // Returns the containers, for reports. Any thread; looks at their files.
  std::vector<wire::SourceDescription> describe() const;

 private:
  struct Impl;
  explicit LogSources(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace logsvc::agent
