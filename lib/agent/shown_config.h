// Hides secrets, so that a configuration may be shown to anybody.
#pragma once

#include <string>

namespace logsvc::agent {

// Rewrites the YAML from its tree and hides the values of secret keys, of headers, and credentials
// in URLs. If the text cannot be parsed, returns only the problem.
std::string without_secrets(const std::string& yaml);

}  // namespace logsvc::agent
