#include "logql/exec/range_aggregation.h"

#include <algorithm>
#include <cmath>
#include <unordered_map>

#include "logql/stages/convert.h"
#include "logql/stages/pipeline.h"

namespace logsvc::logql {
namespace {

constexpr uint64_t kCheckInterval = 1024;

struct TimedValue {
  Timestamp timestamp;
  double value;
};

// Of one series: totals a step for sums, all samples for the rest.
struct Accumulator {
  Labels labels;
  std::vector<double> delta;   // change of the total from the step before
  std::vector<int64_t> lines;  // change of the number of samples
  std::vector<TimedValue> samples;
};

int64_t ceil_div(int64_t a, int64_t b) { return a / b + (a % b > 0); }

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

// First step of which the window holds the time, and the one after the last.
std::pair<size_t, size_t> steps_of(Timestamp t, const RangeAggregation& a, const Steps& steps) {
  const int64_t from = ceil_div(add_saturated(t, a.offset) - steps.start, steps.step);
  const int64_t to = ceil_div(add_saturated(t, a.offset + a.range) - steps.start, steps.step);
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

class Unwrapper {
 public:
  static Result<Unwrapper> compile(const Unwrap& unwrap) {
    Unwrapper out;
    out.name_ = unwrap.name;
    out.conversion_ = unwrap.conversion;
    for (const auto& filter : unwrap.filters) {
      ASSIGN_OR_RETURN(auto compiled, compile_label_filter(*filter));
      out.filters_.push_back(std::move(compiled));
    }
    return out;
  }

  // False: the entry gives no sample.
  bool value(LabelState& state, std::string_view line, double& out) const {
    const std::string_view* text = state.find(name_);
    if (!text || text->empty()) return false;
    const Result<double> number = convert(*text);
    out = number.ok() ? *number : 0;
    if (!number.ok()) state.set_error("SampleExtractionErr", number.error().message);
    for (const auto& filter : filters_) {
      if (!filter->process(0, line, state)) return false;
    }
    return true;
  }
  const std::string& name() const { return name_; }

 private:
  Result<double> convert(std::string_view text) const {
    if (conversion_ == Unwrap::Conversion::kBytes) return to_bytes(text);
    if (conversion_ == Unwrap::Conversion::kDuration) return to_seconds(text);
    return to_number(text);
  }
  std::string name_;
  Unwrap::Conversion conversion_ = Unwrap::Conversion::kNumber;
  std::vector<std::unique_ptr<CompiledStage>> filters_;
};

double quantile(std::vector<double> v, double q) {
  if (q < 0) return -INFINITY;
  if (q > 1) return INFINITY;
  std::sort(v.begin(), v.end(),
            [](double a, double b) { return std::isnan(a) ? !std::isnan(b) : a < b; });
  const double rank = q * (static_cast<double>(v.size()) - 1);
  const auto low = static_cast<size_t>(std::max(0.0, std::floor(rank)));
  const size_t high = std::min(v.size() - 1, low + 1);
  const double weight = rank - std::floor(rank);
  return v[low] * (1 - weight) + v[high] * weight;
}

double variance(const TimedValue* first, size_t n) {
  double mean = 0, m2 = 0;
  for (size_t i = 0; i < n; ++i) {
    const double delta = first[i].value - mean;
    mean += delta / static_cast<double>(i + 1);
    m2 += delta * (first[i].value - mean);
  }
  return m2 / static_cast<double>(n);
}

double rate_counter(const TimedValue* s, size_t n, double seconds) {
  if (n < 2) return 0;
  double increase = s[n - 1].value - s[0].value;
  for (size_t i = 1; i < n; ++i) {
    if (s[i].value < s[i - 1].value) increase += s[i - 1].value;
  }
  // Loki mixes nanoseconds and seconds here; its numbers are what clients know.
  const double sampled = static_cast<double>(s[n - 1].timestamp - s[0].timestamp) / 1000;
  const double average = sampled / static_cast<double>(n - 1);
  double to_start = seconds;
  if (increase > 0 && s[0].value >= 0)
    to_start = std::min(to_start, sampled * s[0].value / increase);
  const double extended = sampled + (to_start < 1.1 * average ? to_start : average / 2);
  return increase * (extended / sampled) / seconds;
}

// The value of a window of n > 0 samples.
double window_value(const RangeAggregation& a, const TimedValue* s, size_t n) {
  const double seconds = static_cast<double>(a.range) / 1e9;
  double out = s[0].value;
  switch (a.op) {
    case RangeOp::kRate:
    case RangeOp::kSum:
      out = 0;
      for (size_t i = 0; i < n; ++i) out += s[i].value;
      return a.op == RangeOp::kRate ? out / seconds : out;
    case RangeOp::kAvg:
      out = 0;
      for (size_t i = 0; i < n; ++i) {
        const auto count = static_cast<double>(i + 1);
        out += s[i].value / count - out / count;
      }
      return out;
    case RangeOp::kMin:
    case RangeOp::kMax:
      for (size_t i = 1; i < n; ++i) {
        const bool better = a.op == RangeOp::kMin ? s[i].value < out : s[i].value > out;
        if (better || std::isnan(out)) out = s[i].value;
      }
      return out;
    case RangeOp::kStdvar:
      return variance(s, n);
    case RangeOp::kStddev:
      return std::sqrt(variance(s, n));
    case RangeOp::kQuantile: {
      std::vector<double> values;
      for (size_t i = 0; i < n; ++i) values.push_back(s[i].value);
      return quantile(std::move(values), a.parameter);
    }
    case RangeOp::kFirst:
      return s[0].value;
    case RangeOp::kLast:
      return s[n - 1].value;
    case RangeOp::kRateCounter:
      return rate_counter(s, n, seconds);
    default:
      return static_cast<double>(n);
  }
}

class Aggregator {
 public:
  Aggregator(const RangeAggregation& a, const Grouping* outer, const Steps& steps,
             ExecContext& context)
      : a_(a), steps_(steps), context_(context) {
    if (a.grouping.given) grouping_ = a.grouping;
    if (outer) {
      grouping_ = *outer;
      grouping_.given = true;  // sum without a grouping is one series
    }
    if (a.op == RangeOp::kAbsent) grouping_ = Grouping{true, false, {}};
  }

  Status run() {
    ASSIGN_OR_RETURN(const Pipeline pipeline, Pipeline::compile(a_.log.stages));
    std::optional<Unwrapper> unwrapper;
    if (a_.unwrap) {
      ASSIGN_OR_RETURN(unwrapper, Unwrapper::compile(*a_.unwrap));
    }
    SelectQuery select;
    select.matchers = a_.log.matchers;
    select.range = {add_saturated(steps_.start, -a_.range - a_.offset) + 1,
                    add_saturated(steps_.last(), -a_.offset) + 1};
    select.must_contain = pipeline.must_contain();
    select.stop = context_.stop;
    ASSIGN_OR_RETURN(const auto entries, context_.source.select(select));
    LabelState state;
    uint64_t seen = 0;
    while (entries->next()) {
      if (++seen % kCheckInterval == 0) RETURN_IF_ERROR(context_.check());
      const Entry& entry = entries->entry();
      std::string_view line = entry.line;
      state.reset(entries->labels(), entry.metadata);
      if (!pipeline.process(entry.timestamp, line, state)) continue;
      context_.stats.lines_after_filter += 1;
      double value = a_.op == RangeOp::kBytes || a_.op == RangeOp::kBytesRate
                         ? static_cast<double>(line.size())
                         : 1;
      if (unwrapper && !unwrapper->value(state, line, value)) continue;
      RETURN_IF_ERROR(add(state, entry.timestamp, value));
    }
    RETURN_IF_ERROR(entries->status());
    context_.account(entries->stats());
    return {};
  }

  StepVector finish() {
    StepVector out;
    const double seconds = static_cast<double>(a_.range) / 1e9;
    const bool per_second = a_.op == RangeOp::kRate || a_.op == RangeOp::kBytesRate;
    for (Accumulator& series : series_) {
      StepSeries s = StepSeries::empty(std::move(series.labels), steps_.count);
      if (is_total(a_)) {
        double total = 0;
        int64_t lines = 0;
        for (size_t i = 0; i < steps_.count; ++i) {
          total += series.delta[i];
          lines += series.lines[i];
          if (lines > 0) s.put(i, per_second ? total / seconds : total);
        }
      } else {
        fill_windows(series.samples, s);
      }
      out.push_back(std::move(s));
    }
    return out;
  }

 private:
  Status add(LabelState& state, Timestamp t, double value) {
    const auto [from, to] = steps_of(t, a_, steps_);
    if (from >= to) return {};
    ASSIGN_OR_RETURN(Accumulator * series, series_of(state));
    if (is_total(a_)) {
      series->delta[from] += value;
      series->lines[from] += 1;
      if (to < steps_.count) {
        series->delta[to] -= value;
        series->lines[to] -= 1;
      }
      return {};
    }
    series->samples.push_back({t, value});
    return context_.hold(sizeof(TimedValue));
  }

  Result<Accumulator*> series_of(LabelState& state) {
    if (state.untouched() && !a_.unwrap) {
      const auto known = by_set_.find(state.base());
      if (known != by_set_.end()) return &series_[known->second];
    }
    Labels labels = state.result();
    if (state.has_error()) {
      const bool preserved = std::any_of(labels.begin(), labels.end(), [](const Label& l) {
        return l.name == "__preserve_error__" && l.value == "true";
      });
      if (!preserved && !summed_errors()) return pipeline_error(state.error(), labels);
    }
    if (a_.unwrap) {
      const bool kept = grouping_.given && !grouping_.without &&
                        std::find(grouping_.names.begin(), grouping_.names.end(),
                                  a_.unwrap->name) != grouping_.names.end();
      if (!kept) std::erase_if(labels, [&](const Label& l) { return l.name == a_.unwrap->name; });
    }
    if (grouping_.given) labels = group_labels(labels, grouping_);
    const std::string key = format_labels(labels);
    const auto [found, fresh] = by_text_.try_emplace(key, series_.size());
    if (fresh) {
      Accumulator series{std::move(labels), {}, {}, {}};
      if (is_total(a_)) {
        series.delta.resize(steps_.count + 1);
        series.lines.resize(steps_.count + 1);
      }
      series_.push_back(std::move(series));
      RETURN_IF_ERROR(context_.hold(key.size() * 2 + (steps_.count + 1) * 16));
    }
    if (state.untouched() && !a_.unwrap) by_set_[state.base()] = found->second;
    return &series_[found->second];
  }

  // Parsers whose labels nothing uses are not run by Loki, so their errors do not show.
  bool summed_errors() const {
    return grouping_.given && !grouping_.without && grouping_.names.empty() && !a_.unwrap;
  }

  void fill_windows(const std::vector<TimedValue>& samples, StepSeries& out) const {
    size_t first = 0, last = 0;
    for (size_t i = 0; i < steps_.count; ++i) {
      const Timestamp end = add_saturated(steps_.at(i), -a_.offset);
      const Timestamp start = add_saturated(end, -a_.range);
      while (last < samples.size() && samples[last].timestamp <= end) ++last;
      while (first < last && samples[first].timestamp <= start) ++first;
      if (last > first) out.put(i, window_value(a_, samples.data() + first, last - first));
    }
  }

  const RangeAggregation& a_;
  const Steps& steps_;
  ExecContext& context_;
  Grouping grouping_;
  std::vector<Accumulator> series_;
  std::unordered_map<std::string, size_t> by_text_;
  std::unordered_map<LabelSet, size_t> by_set_;  // streams whose entries are not changed
};

// 1 where there was nothing, with the labels that `=` matchers name.
StepVector absent(const RangeAggregation& a, const StepVector& found, const Steps& steps) {
  Labels labels;
  for (const Matcher& m : a.log.matchers) {
    const auto same = [&](const Matcher& o) { return o.name() == m.name(); };
    const bool once = std::count_if(a.log.matchers.begin(), a.log.matchers.end(), same) == 1;
    if (m.type() == MatchType::kEqual && once) labels.push_back({m.name(), m.value()});
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
  return is_total(a) && a.op != RangeOp::kAbsent && !a.grouping.given;
}

Result<StepVector> run_range_aggregation(const RangeAggregation& aggregation, const Grouping* outer,
                                         const Steps& steps, ExecContext& context) {
  Aggregator aggregator(aggregation, outer, steps, context);
  RETURN_IF_ERROR(aggregator.run());
  StepVector out = aggregator.finish();
  if (aggregation.op == RangeOp::kAbsent) return absent(aggregation, out, steps);
  return out;
}

}  // namespace logsvc::logql
