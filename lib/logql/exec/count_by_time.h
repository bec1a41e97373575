// count_over_time and rate over whole streams, from the times of entries alone.
#pragma once

#include <optional>

#include "logql/exec/context.h"
#include "logql/exec/step_series.h"
#include "logql/syntax/ast.h"

namespace logsvc::logql {

// nullopt if the answer depends on lines, or on labels that entries have beside their stream's.
// grouping: what the samples are grouped by.
Result<std::optional<StepVector>> count_by_time(const RangeAggregation& aggregation,
                                                const Grouping& grouping, const Steps& steps,
                                                ExecContext& context);

}  // namespace logsvc::logql
