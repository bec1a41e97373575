// What every report of this agent to its servers says. Asked from the pushers' threads.
#pragma once

#include <vector>

#include "wire/agent_report.h"

namespace logsvc::agent {

class ReportSource {
 public:
  virtual ~ReportSource() = default;
  // Host, version, start, and what was dropped for all clients.
  virtual wire::AgentReport report() = 0;
  // The containers that are read, as they are now.
  virtual std::vector<wire::SourceDescription> sources() { return {}; }
};

}  // namespace logsvc::agent
