#include "logql/exec/window_value.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "gotext/units.h"

namespace logsvc::logql {
namespace {

double quantile(std::vector<double> v, double q) {
  if (q < 0) return -INFINITY;
  if (q > 1) return INFINITY;
  const auto less = [](double a, double b) { return std::isnan(a) ? !std::isnan(b) : a < b; };
  const double rank = q * (static_cast<double>(v.size()) - 1);
  const auto low = v.begin() + static_cast<ptrdiff_t>(std::max(0.0, std::floor(rank)));
  std::nth_element(v.begin(), low, v.end(), less);
  const auto high = low + 1 == v.end() ? low : std::min_element(low + 1, v.end(), less);
  const double weight = rank - std::floor(rank);
  return *low * (1 - weight) + *high * weight;
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

// An infinite mean stays until a value comes with which it has no mean.
double average(const TimedValue* s, size_t n) {
  double mean = 0;
  for (size_t i = 0; i < n; ++i) {
    const double v = s[i].value;
    const auto count = static_cast<double>(i + 1);
    if (std::isinf(mean) && !std::isnan(v) && (!std::isinf(v) || (mean > 0) == (v > 0))) continue;
    mean += v / count - mean / count;
  }
  return mean;
}

double rate_counter(const TimedValue* s, size_t n, double seconds) {
  if (n < 2) return 0;
  double increase = s[n - 1].value - s[0].value;
  for (size_t i = 1; i < n; ++i) {
    if (s[i].value < s[i - 1].value) increase += s[i - 1].value;
  }
  // Loki mixes nanoseconds and seconds here; clients know its numbers.
  const double sampled = static_cast<double>(s[n - 1].timestamp - s[0].timestamp) / 1000;
  const double average = sampled / static_cast<double>(n - 1);
  double to_start = seconds;
  if (increase > 0 && s[0].value >= 0)
    to_start = std::min(to_start, sampled * (s[0].value / increase));
  const double extended = sampled + (to_start < 1.1 * average ? to_start : average / 2);
  return increase * (extended / sampled) / seconds;
}

}  // namespace

double window_value(const RangeAggregation& a, const TimedValue* s, size_t n) {
  const double seconds = seconds_of(a.range);
  double out = s[0].value;
  switch (a.op) {
    case RangeOp::kRate:
    case RangeOp::kSum:
      out = 0;
      for (size_t i = 0; i < n; ++i) out += s[i].value;
      return a.op == RangeOp::kRate ? out / seconds : out;
    case RangeOp::kAvg:
      return average(s, n);
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
      values.reserve(n);
      for (size_t i = 0; i < n; ++i) values.push_back(s[i].value);
      return quantile(std::move(values), a.parameter.value_or(0));
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

}  // namespace logsvc::logql
