// Computes range aggregations (count_over_time, rate, sum_over_time …) in one pass over the
// entries, whatever the number of steps.
#pragma once

#include "logql/exec/context.h"
#include "logql/exec/step_series.h"
#include "logql/syntax/ast.h"

namespace logsvc::logql {

// outer is the grouping of a `sum` directly around it, if that may be applied to the samples at
// once (nullptr otherwise). kInvalid with Loki's text when a sample carries a pipeline error.
Result<StepVector> run_range_aggregation(const RangeAggregation& aggregation, const Grouping* outer,
                                         const Steps& steps, ExecContext& context);

// Returns the labels of the group that `labels` belong to.
Labels group_labels(const Labels& labels, const Grouping& grouping);

// True if `sum` may group the samples of the operation themselves.
bool sums_by_sample(const RangeAggregation& aggregation);

}  // namespace logsvc::logql
