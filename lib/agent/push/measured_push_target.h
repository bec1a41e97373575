// Measures the requests of a push target under Promtail's metric names, which its dashboards and
// alerts use.
#pragma once

#include <memory>
#include <string>

#include "agent/push/push_target.h"
#include "os/clock.h"
#include "telemetry/metrics.h"

namespace logsvc::agent {

// host: the label host of its metrics, the server's name and port. Borrows registry and clock.
std::unique_ptr<PushTarget> measured(std::unique_ptr<PushTarget> target, const std::string& host,
                                     Metrics& registry, const Clock& clock);

}  // namespace logsvc::agent
