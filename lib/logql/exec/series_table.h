// Collects the series of a range aggregation while its samples come in, and computes their values
// at its steps in the end. The query holds their memory before it is allocated.
#pragma once

#include <cstdint>
#include <string>
#include <unordered_map>
#include <vector>

#include "logql/exec/aggregation_plan.h"
#include "logql/exec/window_value.h"

namespace logsvc::logql {

class SeriesTable {
 public:
  // Borrows all of them.
  SeriesTable(const RangeAggregation& aggregation, const Grouping& grouping, const Steps& steps,
              ExecContext& context)
      : a_(aggregation), grouping_(grouping), steps_(steps), context_(context) {}

  // Adds the sample of an entry whose labels are in `state`. kInvalid with Loki's text if it
  // carries a pipeline error that the query does not ask for.
  Status add(LabelState& state, Timestamp t, double value);
  // Does the same where entries come in no order; `stream` is the entry's, by stream_number(). For
  // many samples of one stream, ask for the number of their series once, then add the samples.
  Status add_unordered(LabelState& state, Timestamp t, double value, uint32_t stream);
  uint32_t stream_number(const LabelSet& stream);
  Result<size_t> number_of_series(LabelState& state);
  Status add_sample(size_t series, Timestamp t, double value, uint32_t stream) {
    RETURN_IF_ERROR(context_.append(series_[series].samples, TimedValue{t, value}));
    return context_.append(series_[series].streams, stream);
  }

  // Ends the table. Samples that came in no order are sorted as their entries are: by time, then
  // stream.
  Result<StepVector> finish();

 private:
  // One series: a total per step for sums, all samples for the rest.
  struct Accumulator {
    Labels labels;
    std::vector<double> delta;   // change of the total since the step before
    std::vector<int64_t> lines;  // change of the number of samples
    std::vector<TimedValue> samples;
    std::vector<uint32_t> streams;  // for samples that came in no order: the stream of each
  };

  Result<Labels> series_labels(LabelState& state) const;
  bool is_of_stream(const LabelState& state) const;
  void add_to_total(Accumulator& series, size_t from, size_t to, double value) const;
  Result<StepSeries> to_steps(Accumulator& series);
  Status fill_windows(const std::vector<TimedValue>& samples, StepSeries& out) const;
  std::vector<uint32_t> stream_ranks() const;
  Status sort_samples();

  const RangeAggregation& a_;
  const Grouping& grouping_;
  const Steps& steps_;
  ExecContext& context_;
  std::vector<Accumulator> series_;
  std::unordered_map<std::string, size_t> by_text_;
  std::unordered_map<LabelSet, size_t> by_set_;  // streams whose entries are not changed
  uint64_t index_bytes_ = 0;                     // held for both
  std::unordered_map<LabelSet, uint32_t> stream_numbers_;
  std::vector<LabelSet> streams_;  // by number
};

}  // namespace logsvc::logql
