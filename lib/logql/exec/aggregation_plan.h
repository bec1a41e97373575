// How a range aggregation is going to be run; decided before it starts, from the query and the
// streams it reads.
#pragma once

#include <optional>

#include "logql/exec/context.h"
#include "logql/exec/step_series.h"
#include "logql/exec/unwrapper.h"
#include "logql/stages/pipeline.h"
#include "logql/syntax/ast.h"

namespace logsvc::logql {

enum class AggregationPath {
  kTimes,    // by the times (and sizes) of entries; their lines are not read
  kField,    // by one field of the lines, as the source keeps it
  kEntries,  // by all entries, one by one
};

struct AggregationPlan {
  Grouping grouping;  // of the samples; names sorted
  Pipeline pipeline;
  std::optional<Unwrapper> unwrapper;
  SelectQuery select;  // of the entries of all windows
  AggregationPath path = AggregationPath::kEntries;
};

// outer: the grouping of a `sum` directly around it, or nullptr. kInvalid with Loki's text for a
// stage that cannot be built.
Result<AggregationPlan> plan_aggregation(const RangeAggregation& aggregation, const Grouping* outer,
                                         const Steps& steps, ExecContext& context);

// A step's value is a total: what entries add to it and take from it suffices.
bool is_total(const RangeAggregation& aggregation);

// No grouping keeps any label.
bool is_one_series(const Grouping& grouping);

// Whether the stream alone says which group its entries belong to.
bool has_all(const LabelSet& stream, const std::vector<std::string>& names);

}  // namespace logsvc::logql
