#include "logql/exec/field_samples.h"

#include <algorithm>

namespace logsvc::logql {

Status FieldSamples::values(const LabelSet& stream, std::span<const Timestamp> times,
                            std::span<const std::string_view> values) {
  RETURN_IF_ERROR(context_.check());
  // A stream that was not there when the plan was made came after the query.
  if (!has_all(stream, plan_.grouping.names)) return {};
  state_.reset(stream, {});
  context_.stats.lines_after_filter += times.size();
  const uint32_t number = series_.stream_number(stream);
  ASSIGN_OR_RETURN(const size_t series, series_.number_of_series(state_));
  for (size_t i = 0; i < times.size(); ++i) {
    if (values[i].empty()) continue;
    const Result<double> value = plan_.unwrapper->convert(values[i]);
    if (value.ok()) {
      RETURN_IF_ERROR(series_.add_sample(series, times[i], *value, number));
    } else if (keeps_failures_) {
      leave(times[i]);
    }
  }
  return {};
}

Status FieldSamples::entry(const LabelSet& stream, const Entry& entry) {
  RETURN_IF_ERROR(context_.tick(entry.line.size()));
  std::string_view line = entry.line;
  state_.reset(stream, entry.metadata);
  if (!plan_.pipeline.process(entry.timestamp, line, state_)) return {};
  context_.stats.lines_after_filter += 1;
  double value = 0;
  switch (plan_.unwrapper->value(state_, line, value)) {
    case Unwrapped::kNothing:
      return {};
    case Unwrapped::kFailure:
      leave(entry.timestamp);
      return {};
    case Unwrapped::kNumber:
      break;
  }
  return series_.add_unordered(state_, entry.timestamp, value, series_.stream_number(stream));
}

void FieldSamples::leave(Timestamp t) {
  if (!rest_) rest_ = TimeRange{t, add_saturated(t, 1)};
  rest_->start = std::min(rest_->start, t);
  rest_->end = std::max(rest_->end, add_saturated(t, 1));
}

Status FieldSamples::read_rest() {
  if (!rest_) return {};
  SelectQuery select = plan_.select;
  select.range = *rest_;
  ASSIGN_OR_RETURN(const auto entries, context_.source.select(select));
  while (entries->next()) {
    const Entry& entry = entries->entry();
    RETURN_IF_ERROR(context_.tick(entry.line.size()));
    std::string_view line = entry.line;
    state_.reset(entries->labels(), entry.metadata);
    if (!plan_.pipeline.process(entry.timestamp, line, state_)) continue;
    double value = 0;
    if (plan_.unwrapper->value(state_, line, value) != Unwrapped::kFailure) continue;
    RETURN_IF_ERROR(series_.add_unordered(state_, entry.timestamp, value,
                                          series_.stream_number(entries->labels())));
  }
  RETURN_IF_ERROR(entries->status());
  context_.account(entries->stats());
  return {};
}

}  // namespace logsvc::logql
