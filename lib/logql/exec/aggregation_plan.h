// Decides how a range aggregation will run, before it starts, from the query and the streams it
// reads.
#pragma once

#include <optional>

#include "logql/exec/context.h"
#include "logql/exec/step_series.h"
#include "logql/exec/unwrapper.h"
#include "logql/stages/pipeline.h"
#include "logql/syntax/ast.h"

namespace logsvc::logql {

enum class AggregationPath {
  kTimes,    // from the times (and sizes) of entries; their lines are not read
  kField,    // from one field of the lines, as the source keeps it
  kEntries,  // from all entries, one by one
};

struct AggregationPlan {
  Grouping grouping;  // how samples are grouped; names sorted
  Pipeline pipeline;
  std::optional<Unwrapper> unwrapper;
  SelectQuery select;  // selects the entries of all windows
  AggregationPath path = AggregationPath::kEntries;
};

// outer is the grouping of a `sum` directly around it, or nullptr. kInvalid with Loki's text for a
// stage that cannot be built.
Result<AggregationPlan> plan_aggregation(const RangeAggregation& aggregation, const Grouping* outer,
                                         const Steps& steps, ExecContext& context);

// Whether a step's value is a total, so that only what entries add to and take from it matters.
bool is_total(const RangeAggregation& aggregation);

// Whether the grouping keeps no label at all.
bool is_one_series(const Grouping& grouping);

// Whether the stream alone determines the group of its entries.
bool has_all(const LabelSet& stream, const std::vector<std::string>& names);

}  // namespace logsvc::logql
