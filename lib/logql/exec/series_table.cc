#include "logql/exec/series_table.h"

#include <algorithm>
#include <numeric>
#include <utility>

#include "gotext/units.h"

namespace logsvc::logql {
namespace {

int64_t ceil_div(int64_t a, int64_t b) { return a / b + (a % b > 0); }

// Returns the first step whose window holds the time, and the one after the last.
std::pair<size_t, size_t> steps_of(Timestamp t, const RangeAggregation& a, const Steps& steps) {
  const int64_t from = ceil_div(sub_saturated(add_saturated(t, a.offset), steps.start), steps.step);
  const Timestamp behind = add_saturated(add_saturated(t, a.offset), a.range);
  const int64_t to = ceil_div(sub_saturated(behind, steps.start), steps.step);
  const auto count = static_cast<int64_t>(steps.count);
  return {static_cast<size_t>(std::clamp<int64_t>(from, 0, count)),
          static_cast<size_t>(std::clamp<int64_t>(to, 0, count))};
}

Error pipeline_error(const std::string& error, const Labels& labels) {
  return invalid("pipeline error: '" + error + "' for series: '" + format_labels(labels) +
                 "'.\nUse a label filter to intentionally skip this error. (e.g | __error__!=\"" +
                 error +
                 "\").\nTo skip all potential errors you can match empty errors.(e.g "
                 "__error__=\"\")\nThe label filter can also be specified after unwrap. (e.g | "
                 "unwrap latency | __error__=\"\" )\n");
}

uint64_t total_bytes(size_t steps) {
  return (steps + 1) * (sizeof(double) + sizeof(int64_t)) + 2 * kAllocationBytes;
}

template <typename T>
uint64_t drop(std::vector<T>& values) {
  const uint64_t bytes = values.capacity() * sizeof(T) + (values.capacity() ? kAllocationBytes : 0);
  std::vector<T>().swap(values);
  return bytes;
}

}  // namespace

Status SeriesTable::add(LabelState& state, Timestamp t, double value) {
  const auto [from, to] = steps_of(t, a_, steps_);
  if (from >= to) return {};
  ASSIGN_OR_RETURN(const size_t number, number_of_series(state));
  if (is_total(a_)) {
    add_to_total(series_[number], from, to, value);
    return {};
  }
  return context_.append(series_[number].samples, TimedValue{t, value});
}

Status SeriesTable::add_unordered(LabelState& state, Timestamp t, double value, uint32_t stream) {
  const auto [from, to] = steps_of(t, a_, steps_);
  if (from >= to) return {};
  ASSIGN_OR_RETURN(const size_t number, number_of_series(state));
  return add_sample(number, t, value, stream);
}

uint32_t SeriesTable::stream_number(const LabelSet& stream) {
  const auto [found, fresh] =
      stream_numbers_.try_emplace(stream, static_cast<uint32_t>(streams_.size()));
  if (fresh) streams_.push_back(stream);
  return found->second;
}

void SeriesTable::add_to_total(Accumulator& series, size_t from, size_t to, double value) const {
  series.delta[from] += value;
  series.lines[from] += 1;
  if (to >= steps_.count) return;
  series.delta[to] -= value;
  series.lines[to] -= 1;
}

// Whether the stream alone determines the series.
bool SeriesTable::is_of_stream(const LabelState& state) const {
  if (state.has_error()) return false;
  if (state.untouched() && !a_.unwrap) return true;
  return grouping_.given && !grouping_.without &&
         std::all_of(grouping_.names.begin(), grouping_.names.end(),
                     [&](const std::string& name) { return state.is_of_stream(name); });
}

Result<Labels> SeriesTable::series_labels(LabelState& state) const {
  if (state.has_error()) {
    // The error is shown with all labels, whatever the grouping.
    Labels labels = state.result();
    if (state.get(kPreserveErrorLabel) != "true") return pipeline_error(state.error(), labels);
    return labels;
  }
  if (is_one_series(grouping_)) return Labels();
  std::vector<std::string> names = grouping_.names;
  const bool by = grouping_.given && !grouping_.without;
  if (a_.unwrap && !by) names.push_back(a_.unwrap->name);
  return state.grouped(names, !by);
}

Result<size_t> SeriesTable::number_of_series(LabelState& state) {
  const bool of_stream = is_of_stream(state);
  if (of_stream) {
    const auto known = by_set_.find(state.base());
    if (known != by_set_.end()) return known->second;
  }
  ASSIGN_OR_RETURN(Labels labels, series_labels(state));
  std::string key = format_labels(labels);
  size_t number = series_.size();
  if (const auto known = by_text_.find(key); known != by_text_.end()) {
    number = known->second;
  } else {
    const uint64_t index_bytes = memory_bytes(key) + sizeof key + kHashNodeBytes;
    RETURN_IF_ERROR(context_.hold(index_bytes + memory_bytes(labels) +
                                  (is_total(a_) ? total_bytes(steps_.count) : 0)));
    index_bytes_ += index_bytes;
    Accumulator series{std::move(labels), {}, {}, {}, {}};
    if (is_total(a_)) {
      series.delta.resize(steps_.count + 1);
      series.lines.resize(steps_.count + 1);
    }
    RETURN_IF_ERROR(context_.append(series_, std::move(series)));
    by_text_.emplace(std::move(key), number);
  }
  if (of_stream) {
    constexpr uint64_t kEntry = sizeof(LabelSet) + kHashNodeBytes;
    RETURN_IF_ERROR(context_.hold(kEntry));
    index_bytes_ += kEntry;
    by_set_.emplace(state.base(), number);
  }
  return number;
}

Result<StepVector> SeriesTable::finish() {
  by_text_ = {};
  by_set_ = {};
  context_.release(std::exchange(index_bytes_, 0));
  RETURN_IF_ERROR(sort_samples());
  StepVector out;
  for (Accumulator& series : series_) {
    ASSIGN_OR_RETURN(StepSeries steps, to_steps(series));
    RETURN_IF_ERROR(context_.append(out, std::move(steps)));
  }
  context_.release(drop(series_));
  return out;
}

// The labels are moved; the memory of the samples is free afterwards.
Result<StepSeries> SeriesTable::to_steps(Accumulator& series) {
  RETURN_IF_ERROR(context_.hold(step_bytes(steps_.count)));
  StepSeries out = StepSeries::empty(std::move(series.labels), steps_.count);
  if (is_total(a_)) {
    const bool per_second = a_.op == RangeOp::kRate || a_.op == RangeOp::kBytesRate;
    const double seconds = seconds_of(a_.range);
    double total = 0;
    int64_t lines = 0;
    for (size_t i = 0; i < steps_.count; ++i) {
      total += series.delta[i];
      lines += series.lines[i];
      if (lines > 0) out.put(i, per_second ? total / seconds : total);
    }
  } else {
    RETURN_IF_ERROR(fill_windows(series.samples, out));
  }
  context_.release(drop(series.delta) + drop(series.lines) + drop(series.samples));
  return out;
}

Status SeriesTable::fill_windows(const std::vector<TimedValue>& samples, StepSeries& out) const {
  size_t first = 0, last = 0;
  for (size_t i = 0; i < steps_.count; ++i) {
    const Timestamp end = add_saturated(steps_.at(i), -a_.offset);
    const Timestamp start = add_saturated(end, -a_.range);
    while (last < samples.size() && samples[last].timestamp <= end) ++last;
    while (first < last && samples[first].timestamp <= start) ++first;
    if (last == first) continue;
    RETURN_IF_ERROR(context_.tick((last - first) * sizeof(TimedValue)));
    out.put(i, window_value(a_, samples.data() + first, last - first));
  }
  return {};
}

// Returns by stream number the place of each stream among those of equal times.
std::vector<uint32_t> SeriesTable::stream_ranks() const {
  std::vector<uint32_t> by_order(streams_.size()), rank(streams_.size());
  std::iota(by_order.begin(), by_order.end(), 0);
  std::sort(by_order.begin(), by_order.end(), [&](uint32_t a, uint32_t b) {
    const LabelSet &x = streams_[a], &y = streams_[b];
    return x.hash() != y.hash() ? x.hash() < y.hash() : x < y;
  });
  for (uint32_t i = 0; i < by_order.size(); ++i) rank[by_order[i]] = i;
  return rank;
}

Status SeriesTable::sort_samples() {
  if (streams_.empty()) return {};
  const std::vector<uint32_t> rank = stream_ranks();
  for (Accumulator& series : series_) {
    RETURN_IF_ERROR(context_.check());
    const uint64_t scratch = series.samples.size() * (sizeof(uint32_t) + sizeof(TimedValue));
    RETURN_IF_ERROR(context_.hold(scratch));
    std::vector<uint32_t> order(series.samples.size());
    std::iota(order.begin(), order.end(), 0);
    std::stable_sort(order.begin(), order.end(), [&](uint32_t a, uint32_t b) {
      const Timestamp x = series.samples[a].timestamp, y = series.samples[b].timestamp;
      return x != y ? x < y : rank[series.streams[a]] < rank[series.streams[b]];
    });
    std::vector<TimedValue> sorted;
    sorted.reserve(order.size());
    for (const uint32_t i : order) sorted.push_back(series.samples[i]);
    context_.release(scratch - sorted.capacity() * sizeof(TimedValue));
    context_.release(drop(series.samples) + drop(series.streams));
    series.samples = std::move(sorted);
  }
  return {};
}

}  // namespace logsvc::logql
