#include "logql/exec/range_aggregation.h"

#include <algorithm>

#include "logql/exec/aggregation_plan.h"
#include "logql/exec/count_by_time.h"
#include "logql/exec/field_samples.h"
#include "logql/exec/series_table.h"
#include "pushdown/column_source.h"

namespace logsvc::logql {
namespace {

Status sample_entries(const RangeAggregation& a, const AggregationPlan& plan, SeriesTable& series,
                      ExecContext& context) {
  const bool sizes = a.op == RangeOp::kBytes || a.op == RangeOp::kBytesRate;
  ASSIGN_OR_RETURN(const auto entries, context.source.select(plan.select));
  LabelState state;
  while (entries->next()) {
    const Entry& entry = entries->entry();
    RETURN_IF_ERROR(context.tick(entry.line.size()));
    std::string_view line = entry.line;
    state.reset(entries->labels(), entry.metadata);
    if (!plan.pipeline.process(entry.timestamp, line, state)) continue;
    context.stats.lines_after_filter += 1;
    double value = sizes ? static_cast<double>(line.size()) : 1;
    if (plan.unwrapper && plan.unwrapper->value(state, line, value) == Unwrapped::kNothing) {
      continue;
    }
    RETURN_IF_ERROR(series.add(state, entry.timestamp, value));
  }
  RETURN_IF_ERROR(entries->status());
  context.account(entries->stats());
  return {};
}

Status sample_field(const RangeAggregation& a, const AggregationPlan& plan, SeriesTable& series,
                    ExecContext& context) {
  FieldSamples samples(plan, series, context);
  ASSIGN_OR_RETURN(const ReadStats stats,
                   pushdown::visit_field(context.source, plan.select, a.unwrap->name, samples));
  context.account(stats);
  return samples.read_rest();
}

// Returns 1 where there was nothing, with the labels that `=` matchers name.
StepVector absent(const RangeAggregation& a, const StepVector& found, const Steps& steps) {
  Labels labels;
  for (const Matcher& m : a.log.matchers) {
    const auto same = [&](const Matcher& o) { return o.name() == m.name(); };
    const bool once = std::count_if(a.log.matchers.begin(), a.log.matchers.end(), same) == 1;
    if (m.type() == MatchType::kEqual && once && !m.value().empty()) {
      labels.push_back({m.name(), m.value()});
    }
  }
  std::sort(labels.begin(), labels.end());
  StepSeries out = StepSeries::empty(std::move(labels), steps.count);
  bool any = false;
  for (size_t i = 0; i < steps.count; ++i) {
    const bool present =
        std::any_of(found.begin(), found.end(), [&](const StepSeries& s) { return s.present[i]; });
    if (present) continue;
    out.put(i, 1);
    any = true;
  }
  if (!any) return {};
  return {std::move(out)};
}

}  // namespace

Labels group_labels(const Labels& labels, const Grouping& grouping) {
  Labels out;
  for (const Label& label : labels) {
    const bool named =
        std::find(grouping.names.begin(), grouping.names.end(), label.name) != grouping.names.end();
    if (named != grouping.without) out.push_back(label);
  }
  return out;
}

bool sums_by_sample(const RangeAggregation& a) {
  const bool sums = is_total(a) || a.op == RangeOp::kSum || a.op == RangeOp::kRate;
  return sums && a.op != RangeOp::kAbsent && !a.grouping.given;
}

Result<StepVector> run_range_aggregation(const RangeAggregation& aggregation, const Grouping* outer,
                                         const Steps& steps, ExecContext& context) {
  ASSIGN_OR_RETURN(const AggregationPlan plan,
                   plan_aggregation(aggregation, outer, steps, context));
  if (plan.path == AggregationPath::kTimes) {
    return count_by_time(aggregation, plan, steps, context);
  }
  SeriesTable series(aggregation, plan.grouping, steps, context);
  RETURN_IF_ERROR(plan.path == AggregationPath::kField
                      ? sample_field(aggregation, plan, series, context)
                      : sample_entries(aggregation, plan, series, context));
  ASSIGN_OR_RETURN(StepVector out, series.finish());
  if (aggregation.op == RangeOp::kAbsent) return absent(aggregation, out, steps);
  return out;
}

}  // namespace logsvc::logql
