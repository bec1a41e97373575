// Provides what every report of this agent to its servers contains. Called from the pushers'
// threads.
#pragma once

#include <vector>

#include "wire/agent_report.h"

namespace logsvc::agent {

class ReportSource {
 public:
  virtual ~ReportSource() = default;
  // Returns host, version, start, and what was dropped for all clients.
  virtual wire::AgentReport report() = 0;
  // Returns the current state of the containers that are read.
  virtual std::vector<wire::SourceDescription> sources() { return {}; }
};

}  // namespace logsvc::agent
