// The collector on an app server. Its threads:
//
//   events   1: Docker's events                        reading  1: all logs → spool
//   watcher  1: how each log is to be read             pusher   1 a server: spool → server
#pragma once

#include <memory>

#include "agent/agent_config.h"
#include "os/clock.h"
#include "os/file_system.h"
#include "telemetry/diagnostics.h"
#include "telemetry/metrics.h"

namespace logsvc::agent {

class Agent {
 public:
  // Borrows everything but the configuration. Neither Docker nor the server needs to be available
  // yet.
  static Result<std::unique_ptr<Agent>> start(AgentConfig config, FileSystem& files,
                                              const Clock& clock, Metrics& metrics,
                                              Diagnostics& diagnostics);
  // Stops reading, then pushing; what was not pushed stays in the spool.
  ~Agent();

 private:
  struct Impl;
  explicit Agent(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace logsvc::agent
