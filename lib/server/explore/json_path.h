// Finds where in a JSON line the field is that `| json` names with joined keys.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace logsvc::server {

// Returns the keys from the outside in; empty if no string, number or boolean has that name.
// Whatever follows an error in the line is ignored.
std::vector<std::string> json_path(const std::string& line, std::string_view field);

}  // namespace logsvc::server
