// Live queries of what their reader may see.
#pragma once

#include <memory>
#include <vector>

#include "logql/engine.h"
#include "masking/masker.h"

namespace logsvc::server {

// The query for the streams for which the scope holds as well.
std::unique_ptr<logql::TailQuery> scoped_tail(std::unique_ptr<logql::TailQuery> query,
                                              const std::vector<Matcher>& scope);
// The query over masked entries.
std::unique_ptr<logql::TailQuery> masked_tail(std::unique_ptr<logql::TailQuery> query,
                                              std::shared_ptr<const masking::Masker> masker);

}  // namespace logsvc::server
