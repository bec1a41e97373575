// A configuration file that may be Promtail's.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "agent/config/promtail_config.h"

namespace logsvc {

// Reads the file as a Promtail configuration and checks all of it; nullopt if it holds settings of
// our own. kInvalid with every problem, one per line. The warnings are in the configuration.
Result<std::optional<agent::PromtailConfig>> load_promtail_file(const std::string& path,
                                                                bool expand_env);

}  // namespace logsvc
