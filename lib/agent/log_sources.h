// Everything the agent reads: containers of each Docker host and job, files, journals. One of it
// starts all their threads and ends them.
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
    SpoolWakeup& wakeup;  // of those who send
    FileSystem& files;
    const Clock& clock;
    Metrics& registry;
    AgentMetrics& metrics;
    Diagnostics& diagnostics;
    // Standard input, if that is what is read, has ended and is in the spool.
    std::function<void()> on_input_end = [] {};
  };
  // Borrows everything; the context's objects outlive it. kInvalid for a configuration of which a
  // part cannot be read.
  static Result<std::unique_ptr<LogSources>> start(const Context& context);
  ~LogSources();

  // Why nothing can be told to be read yet; empty: everything is there. Any thread.
  std::string not_ready() const;
  // What is read now, for /targets. Any thread.
  std::vector<TargetRow> targets() const;
  // The containers among them, for reports. Any thread; looks at their files.
  std::vector<wire::SourceDescription> describe() const;

 private:
  struct Impl;
  explicit LogSources(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace logsvc::agent
