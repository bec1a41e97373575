// Translates a delete request's query for the store: LogQL → streams and a test of lines.
// Stateless.
#pragma once

#include <string>

#include "store/policy/deletion.h"

namespace logsvc::server {

// kInvalid if the query does not parse or is a metric query.
Result<store::DeletionFilter> compile_deletion(const std::string& query);

}  // namespace logsvc::server
