// A configuration as it may be shown to anybody.
#pragma once

#include <string>

namespace logsvc::agent {

// The YAML written anew from its tree, the values of secret keys, of headers, and credentials in
// URLs hidden. What cannot be read is not shown, but for the fault.
std::string without_secrets(const std::string& yaml);

}  // namespace logsvc::agent
