// Tries a job on the last lines of running containers: it prints what would be sent, pushes nothing
// and remembers no place.
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
  uint64_t lines = 20;  // the last ones of each container
  size_t max_line_bytes = 256u << 10;
};

// Returns when the available lines have been shown. A comment with its name precedes each
// container, and gives the reason if the container is not read. Returns kUnavailable if Docker does
// not answer.
Status dry_run_docker(const Job& job, const DockerTrial& trial, const DryRunOptions& options,
                      const Clock& clock, const std::atomic<bool>& stop, std::ostream& out);

}  // namespace logsvc::agent
