// Who we are, to a server or a Docker host, as a Promtail file says it.
#pragma once

#include <string>

#include "agent/config/http_client_config.h"
#include "base/result.h"
#include "net/headers.h"

namespace logsvc::agent {

// The headers that say who we are and what the configuration adds. An Authorization of its own
// `headers` wins. Files of secrets are read at every call; kIo, naming the file, if one cannot be
// read.
Result<net::Headers> own_headers(const HttpClientConfig& config);

// The text of a secret, of its file read now: without blanks around. kIo, naming the file.
Result<std::string> secret_text(const SecretText& secret);

// Whether the configuration's own headers say who we are.
bool has_own_authorization(const HttpClientConfig& config);

}  // namespace logsvc::agent
