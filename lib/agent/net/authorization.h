// Who we are, to a server or a Docker host, as a Promtail file says it.
#pragma once

#include <string>

#include "agent/promtail/http_client_config.h"

namespace logsvc::agent {

// The value of the header Authorization; empty: none. Files of secrets are read at every call.
std::string authorization_of(const HttpClientConfig& config);

}  // namespace logsvc::agent
