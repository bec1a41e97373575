// Series on the steps of one evaluation: what metric expressions take and give.
#pragma once

#include <cstdint>
#include <vector>

#include "base/time.h"
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

}  // namespace logsvc::logql
