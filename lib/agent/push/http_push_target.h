// Pushes to a Loki push URL.
#pragma once

#include <memory>
#include <string>

#include "agent/config/client_config.h"
#include "agent/push/push_target.h"
#include "base/result.h"

namespace logsvc::agent {

// Returns kInvalid if the URL, a certificate or the proxy cannot be used. Files with secrets are
// read at every push.
Result<std::unique_ptr<PushTarget>> make_http_push_target(const ClientConfig& config);

// Parses http(s)://[user:password@]host[:port][/path]; the default path is /loki/api/v1/push.
Result<ClientConfig> client_of_url(const std::string& url);
Result<std::unique_ptr<PushTarget>> make_http_push_target(const std::string& url);

}  // namespace logsvc::agent
