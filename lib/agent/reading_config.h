// What an agent reads and what it does with the lines: the part of agent.yaml beside the flat
// settings.
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
  ScrapeConfig docker;               // the automatic job of all containers
  std::vector<ScrapeConfig> others;  // automatic jobs of files and journals
  std::vector<std::string> warnings;
};

// Returns what is read without a file: every container, and nothing else.
ReadingConfig default_reading();

// Returns the keys that are not flat settings.
const std::vector<std::string>& reading_keys();

// Parses a file's text, in which variables have been replaced; `path` is for messages, host is the
// label host. Checks stages too. Returns kInvalid with all problems, one per line, each with file,
// line and column.
Result<ReadingConfig> parse_reading_config(const std::string& path, const std::string& text,
                                           const std::string& host);

}  // namespace logsvc::agent
