#include "logql/exec/range_aggregation.h"

#include <algorithm>
#include <numeric>
#include <optional>
#include <unordered_map>

#include "gotext/units.h"
#include "logql/exec/count_by_time.h"
#include "logql/exec/unwrapper.h"
#include "logql/exec/window_value.h"
#include "logql/stages/condition.h"
#include "logql/stages/field_tests.h"
#include "logql/stages/pipeline.h"

namespace logsvc::logql {
namespace {

constexpr uint64_t kCheckInterval = 64;

// Of one series: totals a step for sums, all samples for the rest.
struct Accumulator {
  Labels labels;
  std::vector<double> delta;   // change of the total from the step before
  std::vector<int64_t> lines;  // change of the number of samples
  std::vector<TimedValue> samples;
  std::vector<uint32_t> streams;  // of samples that came in no order: where each is from
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
    std::sort(grouping_.names.begin(), grouping_.names.end());
  }

  Status run() {
    const SampleUse use = sample_use();
    ASSIGN_OR_RETURN(const Pipeline pipeline, Pipeline::compile(a_.log.stages, &use));
    std::optional<Unwrapper> unwrapper;
    if (a_.unwrap) {
      ASSIGN_OR_RETURN(unwrapper, Unwrapper::compile(*a_.unwrap));
    }
    SelectQuery select;
    select.matchers = a_.log.matchers;
    select.range = {add_saturated(steps_.start, -a_.range - a_.offset) + 1,
                    add_saturated(steps_.last(), -a_.offset) + 1};
    select.lines = pipeline.lines();
    select.parser = pipeline.parser();
    select.fields = pipeline.fields();
    select.stop = context_.stop;
    if (reads_one_field(pipeline)) {
      ASSIGN_OR_RETURN(const bool done, run_field(pipeline, *unwrapper, select));
      if (done) return {};
    }
    ASSIGN_OR_RETURN(const auto entries, context_.source.select(select));
    while (entries->next()) {
      RETURN_IF_ERROR(
          take(pipeline, unwrapper ? &*unwrapper : nullptr, entries->labels(), entries->entry()));
    }
    RETURN_IF_ERROR(entries->status());
    context_.account(entries->stats());
    return {};
  }

  Result<StepVector> finish() {
    StepVector out;
    const double seconds = seconds_of(a_.range);
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
        RETURN_IF_ERROR(fill_windows(series.samples, s));
      }
      out.push_back(std::move(s));
    }
    return out;
  }

 private:
  Status take(const Pipeline& pipeline, const Unwrapper* unwrapper, const LabelSet& labels,
              const Entry& entry) {
    if (++seen_ % kCheckInterval == 0) RETURN_IF_ERROR(context_.check());
    std::string_view line = entry.line;
    state_.reset(labels, entry.metadata);
    if (!pipeline.process(entry.timestamp, line, state_)) return {};
    context_.stats.lines_after_filter += 1;
    double value = a_.op == RangeOp::kBytes || a_.op == RangeOp::kBytesRate
                       ? static_cast<double>(line.size())
                       : 1;
    if (unwrapper && !unwrapper->value(state_, line, value)) return {};
    return add(state_, entry.timestamp, value);
  }

  // All that an entry gives is one number out of its line, for a series that its stream names.
  bool reads_one_field(const Pipeline& pipeline) const {
    if (!a_.unwrap || is_total(a_) || !grouping_.given || grouping_.without ||
        !is_plain_field(a_.unwrap->name) || !pipeline.lines_exact()) {
      return false;
    }
    const auto of_error = [](const LabelFilter& f) {
      return f.kind == LabelFilter::Kind::kMatch && f.name == kErrorLabel;
    };
    bool parsed = false;
    for (const Stage& stage : a_.log.stages) {
      if (std::holds_alternative<LineFilter>(stage)) continue;
      if (field_parser_of(stage)) {
        if (parsed) return false;
        parsed = true;
        continue;
      }
      const auto* filter = std::get_if<std::unique_ptr<LabelFilter>>(&stage);
      if (!filter || !of_error(**filter)) return false;
    }
    const auto& behind = a_.unwrap->filters;
    return parsed && std::all_of(behind.begin(), behind.end(),
                                 [&](const auto& filter) { return of_error(*filter); });
  }

  // Samples of entries as the source gives them, in no order.
  class FieldSamples : public FieldVisitor {
   public:
    FieldSamples(Aggregator& to, const Pipeline& pipeline, const Unwrapper& unwrapper)
        : to_(to), pipeline_(pipeline), unwrapper_(unwrapper) {}

    Status values(const LabelSet& stream, std::span<const Timestamp> times,
                  std::span<const std::string_view> values) override {
      RETURN_IF_ERROR(to_.context_.check());
      for (const std::string& name : to_.grouping_.names) {
        if (!stream.has(name)) return Error{ErrorCode::kUnprocessable, kNotByField};
      }
      to_.state_.reset(stream, {});
      ASSIGN_OR_RETURN(const size_t series, to_.number_of_series(to_.state_));
      to_.context_.stats.lines_after_filter += times.size();
      const uint32_t from = number_of(stream);
      for (size_t i = 0; i < times.size(); ++i) {
        if (values[i].empty()) continue;
        const Result<double> number = unwrapper_.convert(values[i]);
        if (number.ok()) {
          to_.series_[series].samples.push_back({times[i], *number});
          to_.series_[series].streams.push_back(from);
        } else if (unwrapper_.keeps("SampleExtractionErr")) {
          return Error{ErrorCode::kUnprocessable, kNotByField};
        }
      }
      return to_.context_.hold(times.size() * sizeof(TimedValue));
    }
    Status entry(const LabelSet& stream, const Entry& entry) override {
      to_.stream_ = number_of(stream);
      return to_.take(pipeline_, &unwrapper_, stream, entry);
    }

    // Puts samples in the order in which entries come: by time, then stream.
    void sort() {
      std::vector<uint32_t> by_order(streams_.size()), rank(streams_.size());
      std::iota(by_order.begin(), by_order.end(), 0);
      std::sort(by_order.begin(), by_order.end(), [&](uint32_t a, uint32_t b) {
        const LabelSet &x = streams_[a], &y = streams_[b];
        return x.hash() != y.hash() ? x.hash() < y.hash() : x < y;
      });
      for (uint32_t i = 0; i < by_order.size(); ++i) rank[by_order[i]] = i;
      for (Accumulator& series : to_.series_) {
        std::vector<uint32_t> order(series.samples.size());
        std::iota(order.begin(), order.end(), 0);
        std::stable_sort(order.begin(), order.end(), [&](uint32_t a, uint32_t b) {
          const Timestamp x = series.samples[a].timestamp, y = series.samples[b].timestamp;
          return x != y ? x < y : rank[series.streams[a]] < rank[series.streams[b]];
        });
        std::vector<TimedValue> sorted;
        sorted.reserve(order.size());
        for (const uint32_t i : order) sorted.push_back(series.samples[i]);
        series.samples = std::move(sorted);
      }
    }

   private:
    uint32_t number_of(const LabelSet& stream) {
      const auto [found, fresh] =
          numbers_.try_emplace(stream, static_cast<uint32_t>(streams_.size()));
      if (fresh) streams_.push_back(stream);
      return found->second;
    }

    std::unordered_map<LabelSet, uint32_t> numbers_;
    std::vector<LabelSet> streams_;
    Aggregator& to_;
    const Pipeline& pipeline_;
    const Unwrapper& unwrapper_;
  };
  static constexpr const char* kNotByField = "an entry needs all of its labels";

  // False: nothing is done, since that is not all that an entry gives.
  Result<bool> run_field(const Pipeline& pipeline, const Unwrapper& unwrapper,
                         const SelectQuery& select) {
    const bool errors_filtered =
        std::any_of(a_.log.stages.begin(), a_.log.stages.end(), [](const Stage& stage) {
          return std::holds_alternative<std::unique_ptr<LabelFilter>>(stage);
        });
    // Entries without an error have to pass what looks at errors.
    if (!unwrapper.keeps("") || (errors_filtered && !passes_without_error())) return false;
    FieldSamples samples(*this, pipeline, unwrapper);
    const auto stats = context_.source.visit_field(select, a_.unwrap->name, samples);
    if (!stats.ok() && stats.error().message == kNotByField) {
      series_.clear();
      by_text_.clear();
      by_set_.clear();
      stream_.reset();
      return false;
    }
    if (!stats.ok()) return stats.error();
    context_.account(*stats);
    samples.sort();
    return true;
  }

  bool passes_without_error() const {
    static const LabelSet kNoLabels;
    LabelState state;
    state.reset(kNoLabels, {});
    for (const Stage& stage : a_.log.stages) {
      const auto* filter = std::get_if<std::unique_ptr<LabelFilter>>(&stage);
      if (!filter) continue;
      auto condition = compile_condition(**filter);
      if (!condition.ok() || !(*condition)->holds(state)) return false;
    }
    return true;
  }

  Status add(LabelState& state, Timestamp t, double value) {
    const auto [from, to] = steps_of(t, a_, steps_);
    if (from >= to) return {};
    ASSIGN_OR_RETURN(const size_t number, number_of_series(state));
    Accumulator* series = &series_[number];
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
    if (stream_) series->streams.push_back(*stream_);
    return context_.hold(sizeof(TimedValue));
  }

  // The stream alone says which series it is.
  bool is_of_stream(const LabelState& state) const {
    if (state.has_error()) return false;
    if (state.untouched() && !a_.unwrap) return true;
    return grouping_.given && !grouping_.without &&
           std::all_of(grouping_.names.begin(), grouping_.names.end(),
                       [&](const std::string& name) { return state.is_of_stream(name); });
  }

  Result<size_t> number_of_series(LabelState& state) {
    const bool of_stream = is_of_stream(state);
    if (of_stream) {
      const auto known = by_set_.find(state.base());
      if (known != by_set_.end()) return known->second;
    }
    Labels labels;
    if (state.has_error()) {
      // The error is shown with all labels, whatever the grouping.
      labels = state.result();
      if (state.get(kPreserveErrorLabel) != "true") return pipeline_error(state.error(), labels);
    } else if (!one_series()) {
      std::vector<std::string> names = grouping_.names;
      const bool by = grouping_.given && !grouping_.without;
      if (a_.unwrap && !by) names.push_back(a_.unwrap->name);
      labels = state.grouped(names, !by);
    }
    const std::string key = format_labels(labels);
    const auto [found, fresh] = by_text_.try_emplace(key, series_.size());
    if (fresh) {
      Accumulator series{std::move(labels), {}, {}, {}, {}};
      if (is_total(a_)) {
        series.delta.resize(steps_.count + 1);
        series.lines.resize(steps_.count + 1);
      }
      series_.push_back(std::move(series));
      RETURN_IF_ERROR(context_.hold(key.size() * 2 + (steps_.count + 1) * 16));
    }
    if (of_stream) by_set_[state.base()] = found->second;
    return found->second;
  }

  // No grouping keeps any label.
  bool one_series() const {
    return grouping_.given && !grouping_.without && grouping_.names.empty();
  }

  SampleUse sample_use() const {
    SampleUse use;
    use.groups = grouping_.names;
    use.without = grouping_.without;
    use.one_series = one_series();
    use.needs_line = a_.op == RangeOp::kBytes || a_.op == RangeOp::kBytesRate;
    if (a_.unwrap) {
      use.unwrap = a_.unwrap->name;
      use.after_unwrap = &a_.unwrap->filters;
    }
    return use;
  }

  Status fill_windows(const std::vector<TimedValue>& samples, StepSeries& out) const {
    size_t first = 0, last = 0;
    for (size_t i = 0; i < steps_.count; ++i) {
      RETURN_IF_ERROR(context_.check());
      const Timestamp end = add_saturated(steps_.at(i), -a_.offset);
      const Timestamp start = add_saturated(end, -a_.range);
      while (last < samples.size() && samples[last].timestamp <= end) ++last;
      while (first < last && samples[first].timestamp <= start) ++first;
      if (last > first) out.put(i, window_value(a_, samples.data() + first, last - first));
    }
    return {};
  }

  const RangeAggregation& a_;
  const Steps& steps_;
  ExecContext& context_;
  Grouping grouping_;
  LabelState state_;
  uint64_t seen_ = 0;
  std::optional<uint32_t> stream_;  // of the entry, if entries come in no order
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
  Grouping grouping = outer ? *outer : aggregation.grouping;
  grouping.given |= outer != nullptr;
  ASSIGN_OR_RETURN(auto counted, count_by_time(aggregation, grouping, steps, context));
  if (counted) return std::move(*counted);
  Aggregator aggregator(aggregation, outer, steps, context);
  RETURN_IF_ERROR(aggregator.run());
  ASSIGN_OR_RETURN(StepVector out, aggregator.finish());
  if (aggregation.op == RangeOp::kAbsent) return absent(aggregation, out, steps);
  return out;
}

}  // namespace logsvc::logql
