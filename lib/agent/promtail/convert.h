// Converts a Promtail configuration to settings of `logsvc agent`, and notes what the agent does by
// itself and what still needs the Promtail file.
#pragma once

#include <string>

#include "agent/config/promtail_config.h"

namespace logsvc::agent {

// Returns YAML for `logsvc agent --config`, with comments.
std::string convert_to_settings(const PromtailConfig& config, const std::string& path);

}  // namespace logsvc::agent
