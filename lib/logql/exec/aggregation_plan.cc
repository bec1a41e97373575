#include "logql/exec/aggregation_plan.h"

#include <algorithm>

#include "logql/stages/condition.h"
#include "logql/stages/field_predicates.h"

namespace logsvc::logql {
namespace {

bool of_sizes(RangeOp op) { return op == RangeOp::kBytes || op == RangeOp::kBytesRate; }

Grouping sample_grouping(const RangeAggregation& a, const Grouping* outer) {
  Grouping out;
  if (a.grouping.given) out = a.grouping;
  if (outer) {
    out = *outer;
    out.given = true;  // A sum without a grouping is one series.
  }
  if (a.op == RangeOp::kAbsent) out = Grouping{true, false, {}};
  std::sort(out.names.begin(), out.names.end());
  return out;
}

SampleUse sample_use(const RangeAggregation& a, const Grouping& grouping) {
  SampleUse use;
  use.groups = grouping.names;
  use.without = grouping.without;
  use.one_series = is_one_series(grouping);
  use.needs_line = of_sizes(a.op);
  if (a.unwrap) {
    use.unwrap = a.unwrap->name;
    use.after_unwrap = &a.unwrap->filters;
  }
  return use;
}

bool is_of_error(const LabelFilter& f) {
  return f.kind == LabelFilter::Kind::kMatch && f.name == kErrorLabel;
}

// Whether entries without an error pass the filters that look at errors.
bool passes_without_error(const std::vector<Stage>& stages) {
  static const LabelSet kNoLabels;
  LabelState state;
  state.reset(kNoLabels, {});
  return std::all_of(stages.begin(), stages.end(), [&](const Stage& stage) {
    const auto* filter = std::get_if<std::unique_ptr<LabelFilter>>(&stage);
    if (!filter) return true;
    const auto condition = compile_condition(**filter);
    return condition.ok() && (*condition)->holds(state);
  });
}

// Whether it only counts the entries, or bytes, of whole streams.
bool needs_times_alone(const RangeAggregation& a, const AggregationPlan& plan) {
  const bool counted = a.op == RangeOp::kCount || a.op == RangeOp::kRate || of_sizes(a.op);
  return counted && !a.unwrap && plan.pipeline.only_line_predicate();
}

// Whether it needs only one number from each line.
bool needs_one_field(const RangeAggregation& a, const AggregationPlan& plan) {
  if (!a.unwrap || is_total(a) || !is_plain_field(a.unwrap->name) || !plan.pipeline.lines_exact()) {
    return false;
  }
  bool parsed = false;
  for (const Stage& stage : a.log.stages) {
    if (std::holds_alternative<LineFilter>(stage)) continue;
    if (field_parser_of(stage)) {
      if (parsed) return false;
      parsed = true;
      continue;
    }
    const auto* filter = std::get_if<std::unique_ptr<LabelFilter>>(&stage);
    if (!filter || !is_of_error(**filter)) return false;
  }
  const auto& behind = a.unwrap->filters;
  return parsed &&
         std::all_of(behind.begin(), behind.end(),
                     [](const auto& filter) { return is_of_error(*filter); }) &&
         plan.unwrapper->keeps("") && passes_without_error(a.log.stages);
}

// Whether all streams have all labels of the grouping; if not, entries may have the missing ones.
Result<bool> streams_have_groups(const AggregationPlan& plan, ExecContext& context) {
  if (!plan.grouping.given || plan.grouping.without) return false;
  if (plan.grouping.names.empty()) return true;
  ASSIGN_OR_RETURN(const std::vector<LabelSet> streams,
                   context.source.series(plan.select.range, {plan.select.matchers}));
  return std::all_of(streams.begin(), streams.end(),
                     [&](const LabelSet& stream) { return has_all(stream, plan.grouping.names); });
}

}  // namespace

bool is_total(const RangeAggregation& a) {
  switch (a.op) {
    case RangeOp::kCount:
    case RangeOp::kBytes:
    case RangeOp::kBytesRate:
    case RangeOp::kAbsent:
      return true;
    case RangeOp::kRate:
      return !a.unwrap;
    default:
      return false;
  }
}

bool is_one_series(const Grouping& grouping) {
  return grouping.given && !grouping.without && grouping.names.empty();
}

bool has_all(const LabelSet& stream, const std::vector<std::string>& names) {
  return std::all_of(names.begin(), names.end(),
                     [&](const std::string& name) { return stream.has(name); });
}

Result<AggregationPlan> plan_aggregation(const RangeAggregation& a, const Grouping* outer,
                                         const Steps& steps, ExecContext& context) {
  AggregationPlan plan;
  plan.grouping = sample_grouping(a, outer);
  const SampleUse use = sample_use(a, plan.grouping);
  ASSIGN_OR_RETURN(plan.pipeline, Pipeline::compile(a.log.stages, &use, context.cancellation));
  if (a.unwrap) {
    ASSIGN_OR_RETURN(plan.unwrapper, Unwrapper::compile(*a.unwrap));
  }
  plan.select.matchers = a.log.matchers;
  plan.select.range = {add_saturated(sub_saturated(steps.start, a.offset), 1 - a.range),
                       add_saturated(sub_saturated(steps.last(), a.offset), 1)};
  plan.select.lines = plan.pipeline.lines();
  plan.select.parser = plan.pipeline.parser();
  plan.select.fields = plan.pipeline.fields();
  plan.select.stop = context.cancellation.token();
  const bool times = needs_times_alone(a, plan);
  if (!times && !needs_one_field(a, plan)) return plan;
  ASSIGN_OR_RETURN(const bool possible, streams_have_groups(plan, context));
  if (possible) plan.path = times ? AggregationPath::kTimes : AggregationPath::kField;
  return plan;
}

}  // namespace logsvc::logql
