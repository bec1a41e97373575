// Computes count_over_time and rate over whole streams from the times of entries alone.
#pragma once

#include "logql/exec/aggregation_plan.h"

namespace logsvc::logql {

// The plan has AggregationPath::kTimes.
Result<StepVector> count_by_time(const RangeAggregation& aggregation, const AggregationPlan& plan,
                                 const Steps& steps, ExecContext& context);

}  // namespace logsvc::logql
