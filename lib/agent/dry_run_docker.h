// A job tried on the last lines of containers that run: what would be sent is printed, nothing is
// pushed and no place is remembered.
#pragma once

#include <atomic>
#include <ostream>

#include "agent/docker/container_rules.h"
#include "agent/dry_run.h"
#include "agent/jobs/job.h"

namespace logsvc::agent {

struct DockerTrial {
  DockerSdConfig docker;
  ContainerRules rules;
  uint64_t lines = 20;  // of each container, the last ones
  size_t max_line_bytes = 256u << 10;
};

// Returns when the lines that are there have been shown; each container has a comment with its name
// in front, also if it is not read, with the reason. kUnavailable if Docker does not answer.
Status dry_run_docker(const Job& job, const DockerTrial& trial, const DryRunOptions& options,
                      const Clock& clock, const std::atomic<bool>& stop, std::ostream& out);

}  // namespace logsvc::agent
