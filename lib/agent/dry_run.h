// A Promtail configuration tried on its files or on standard input: what would be sent is printed,
// nothing is pushed and no place is remembered.
#pragma once

#include <istream>
#include <ostream>

#include "agent/pipeline/job.h"
#include "agent/promtail/promtail_config.h"
#include "os/clock.h"

namespace logsvc::agent {

struct DryRunOptions {
  bool inspect = false;  // each line before and after every stage
  bool colours = false;
  std::istream* lines = nullptr;  // instead of files: through the pipeline of each job
  std::string host;
};

// Reads everything there is now, and returns. kInvalid for a configuration that does not compile.
Status dry_run(const PromtailConfig& config, const DryRunOptions& options, const Clock& clock,
               Metrics& metrics, Diagnostics& diagnostics, std::ostream& out);

}  // namespace logsvc::agent
