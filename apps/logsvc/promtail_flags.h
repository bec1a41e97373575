// Translates Promtail's way of writing flags (-config.file=x) to ours (--config=x).
#pragma once

#include <string>
#include <vector>

namespace logsvc {

// Returns the arguments after `logsvc agent` (and validate, convert) as CLI11 takes them. A flag
// that only Promtail has becomes --promtail-flag=NAME=VALUE, an unknown one --unknown-flag=NAME.
// Others stay.
std::vector<std::string> with_promtail_flags(std::vector<std::string> arguments);

}  // namespace logsvc
