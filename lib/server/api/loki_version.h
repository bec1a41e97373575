// The version of the Loki API that we answer; clients compare it.
#pragma once

namespace logsvc::server {

inline constexpr const char* kLokiVersion = "3.7.6";

}  // namespace logsvc::server
