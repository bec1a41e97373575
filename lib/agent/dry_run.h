// A Promtail configuration tried on its files or on standard input: what the run would send now is
// printed, nothing is pushed and no place is remembered. What is printed besides begins with #.
#pragma once

#include <cstdint>
#include <istream>
#include <map>
#include <ostream>
#include <string>

#include "agent/config/promtail_config.h"
#include "agent/jobs/job.h"
#include "os/clock.h"

namespace logsvc::agent {

struct DryRunOptions {
  bool inspect = false;  // each line before and after every stage
  bool colours = false;
  std::istream* lines = nullptr;  // instead of files: through the pipeline of the first job
  std::string host;
  // Where files begin that a Promtail has read before, by path; of others at the beginning.
  std::map<std::string, uint64_t> offsets;
};

// Reads everything there is now, and returns. kInvalid for a configuration that does not compile.
Status dry_run(const PromtailConfig& config, const DryRunOptions& options, const Clock& clock,
               Metrics& metrics, Diagnostics& diagnostics, std::ostream& out);

}  // namespace logsvc::agent
