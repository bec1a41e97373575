// Computes the value of a range aggregation over the samples of one window.
#pragma once

#include <cstddef>

#include "base/time.h"
#include "logql/syntax/ast.h"

namespace logsvc::logql {

struct TimedValue {
  Timestamp timestamp = 0;
  double value = 0;
};

// samples holds n > 0 of them, by time.
double window_value(const RangeAggregation& aggregation, const TimedValue* samples, size_t n);

}  // namespace logsvc::logql
