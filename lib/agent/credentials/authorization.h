// The credentials that a Promtail file configures for a server or a Docker host.
#pragma once

#include <string>

#include "agent/config/http_client_config.h"
#include "base/result.h"
#include "net/headers.h"

namespace logsvc::agent {

// Returns the headers with credentials and those that the configuration adds. An Authorization
// among its `headers` takes precedence. Reads files with secrets at every call; returns kIo, naming
// the file, if one cannot be read.
Result<net::Headers> own_headers(const HttpClientConfig& config);

// Returns a secret's text without surrounding blanks; its file is read now. Returns kIo, naming the
// file.
Result<std::string> secret_text(const SecretText& secret);

// Returns whether the configuration's own headers contain credentials.
bool has_own_authorization(const HttpClientConfig& config);

}  // namespace logsvc::agent
