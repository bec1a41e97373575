// What an agent reads and what it does with it, as agent.yaml says beside its flat settings:
//
//   include, exclude   which containers
//   files, journals    more than containers
//   stages             Promtail's, before and after lines are understood without configuration
#pragma once

#include <string>
#include <vector>

#include "agent/config/scrape_config.h"
#include "agent/docker/container_rules.h"
#include "base/result.h"

namespace logsvc::agent {

struct ReadingConfig {
  ContainerRules containers;
  ScrapeConfig docker;               // the job of all containers, automatic
  std::vector<ScrapeConfig> others;  // of files and journals, automatic
  std::vector<std::string> warnings;
};

// Without a file: every container, and nothing else.
ReadingConfig default_reading();

// The keys, which are no flat settings.
const std::vector<std::string>& reading_keys();

// Of a file's text, in which variables are replaced already; `path` is for messages, host the label
// host. kInvalid with all faults, one a line, each with file, line and column; stages are checked
// too.
Result<ReadingConfig> parse_reading_config(const std::string& path, const std::string& text,
                                           const std::string& host);

}  // namespace logsvc::agent
