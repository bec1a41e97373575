// Tries a Promtail configuration on its files or on standard input: it prints what the run would
// send now, pushes nothing and remembers no place. All other output begins with #.
#pragma once

#include <cstdint>
#include <istream>
#include <map>
#include <memory>
#include <ostream>
#include <string>

#include "agent/config/promtail_config.h"
#include "agent/jobs/job.h"
#include "os/clock.h"

namespace logsvc::agent {

struct DryRunOptions {
  bool inspect = false;  // shows each line before and after every stage
  bool colours = false;
  std::istream* lines = nullptr;  // read instead of files, through the first job's pipeline
  std::string host;
  std::shared_ptr<const masking::Masker> masker;  // null: nothing is hidden
  // Where files that a Promtail has read before begin, by path; others are read from the start.
  std::map<std::string, uint64_t> offsets;
};

// Reads everything available and returns. Returns kInvalid if the configuration does not compile.
Status dry_run(const PromtailConfig& config, const DryRunOptions& options, const Clock& clock,
               Metrics& metrics, Diagnostics& diagnostics, std::ostream& out);

}  // namespace logsvc::agent
