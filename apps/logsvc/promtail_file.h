// A configuration file that may be Promtail's.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "agent/config/promtail_config.h"

namespace logsvc {

// The file as a Promtail configuration, all of it checked; nullopt if it is one of our own
// settings. kInvalid with every fault, one a line. The warnings are in the configuration.
Result<std::optional<agent::PromtailConfig>> load_promtail_file(const std::string& path,
                                                                bool expand_env);

}  // namespace logsvc
