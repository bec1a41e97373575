// Series on the steps of one evaluation: what metric expressions take and return.
#pragma once

#include <cstdint>
#include <vector>

#include "base/time.h"
#include "logql/exec/context.h"
#include "model/label_set.h"

namespace logsvc::logql {

// Evaluation times start, start + step, …: `count` of them.
struct Steps {
  Timestamp start = 0;
  Duration step = 1;
  size_t count = 1;
  Timestamp at(size_t i) const { return start + static_cast<Duration>(i) * step; }
  Timestamp last() const { return at(count - 1); }
};

struct StepSeries {
  Labels labels;  // sorted by name
  std::vector<double> values;
  std::vector<uint8_t> present;  // 1: there is a value at the step

  static StepSeries empty(Labels labels, size_t steps) {
    return {std::move(labels), std::vector<double>(steps), std::vector<uint8_t>(steps)};
  }
  void put(size_t step, double value) {
    values[step] = value;
    present[step] = 1;
  }
};
using StepVector = std::vector<StepSeries>;

// Returns the memory of a series' values, without its labels.
inline uint64_t step_bytes(size_t steps) {
  return sizeof(StepSeries) + steps * (sizeof(double) + 1) + 2 * kAllocationBytes;
}
inline uint64_t memory_bytes(const StepVector& vector) {
  uint64_t out = 0;
  for (const StepSeries& s : vector) out += step_bytes(s.values.size()) + memory_bytes(s.labels);
  return out;
}

// Makes an empty series whose memory the query holds.
inline Result<StepSeries> make_series(Labels labels, size_t steps, ExecContext& context) {
  RETURN_IF_ERROR(context.hold(step_bytes(steps) + memory_bytes(labels)));
  return StepSeries::empty(std::move(labels), steps);
}

}  // namespace logsvc::logql
