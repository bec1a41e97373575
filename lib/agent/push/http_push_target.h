// Pushes to a Loki push URL.
#pragma once

#include <memory>
#include <string>

#include "agent/push/push_target.h"
#include "base/result.h"

namespace logsvc::agent {

// http(s)://[user:password@]host[:port][/path]; without a path /loki/api/v1/push is meant.
Result<std::unique_ptr<PushTarget>> make_http_push_target(const std::string& url);

}  // namespace logsvc::agent
