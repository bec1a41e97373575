// Promtail's way of writing flags (-config.file=x), brought to ours (--config=x).
#pragma once

#include <string>
#include <vector>

namespace logsvc {

// Arguments behind `logsvc agent` (and validate, convert) as CLI11 takes them. A flag that only
// Promtail has becomes --promtail-flag=NAME=VALUE; one that nobody knows --unknown-flag=NAME.
// Others stay.
std::vector<std::string> with_promtail_flags(std::vector<std::string> arguments);

}  // namespace logsvc
