// Parses the setting retention-stream. Stateless.
#pragma once

#include <string_view>
#include <vector>

#include "base/result.h"
#include "store/policy/retention.h"

namespace logsvc::server {

// Reads "{level=\"debug\"} 72h; {service=\"audit\"} 90d 10": selector, period (whole days are kept,
// so at least 24h, as in Loki), priority (0 if it is missing). kInvalid says which rule is wrong
// and why.
Result<std::vector<store::RetentionRule>> parse_retention_rules(std::string_view text);

}  // namespace logsvc::server
