// Defines instants and spans. Every instant in logsvc is nanoseconds since the Unix epoch, UTC.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"

namespace logsvc {

using Timestamp = int64_t;  // ns since 1970-01-01T00:00:00Z
using Duration = int64_t;   // ns

inline constexpr Duration kMicrosecond = 1'000;
inline constexpr Duration kMillisecond = 1'000'000;
inline constexpr Duration kSecond = 1'000'000'000;
inline constexpr Duration kMinute = 60 * kSecond;
inline constexpr Duration kHour = 60 * kMinute;
inline constexpr Duration kDay = 24 * kHour;

// Covers [start, end).
struct TimeRange {
  Timestamp start = std::numeric_limits<Timestamp>::min();
  Timestamp end = std::numeric_limits<Timestamp>::max();

  bool contains(Timestamp t) const { return start <= t && t < end; }
  // Returns true if [first, last] (both inclusive) shares an instant with this range.
  bool overlaps(Timestamp first, Timestamp last) const { return first < end && last >= start; }
  bool empty() const { return start >= end; }
};

// Writes "2026-01-02T13:00:00.123456789Z": a fraction of 0 to 9 digits without trailing zeros.
std::string format_rfc3339(Timestamp t);

// Reads RFC 3339 with an optional fraction (digits beyond the ninth are cut) and zone Z or ±hh:mm.
// A blank instead of T is accepted. Returns nullopt if it is anything else or out of range.
std::optional<Timestamp> parse_rfc3339(std::string_view text);

// Reads Prometheus' form: integers with the units y w d h m s ms, in that order, each once; or "0".
Result<Duration> parse_prometheus_duration(std::string_view text);

// Reads Go's form: decimals with h m s ms us µs ns in any order, with an optional sign.
Result<Duration> parse_go_duration(std::string_view text);

// Reads either form, as settings accept them.
Result<Duration> parse_duration(std::string_view text);

// Writes "1h30m", "336h", "250ms", which parse_duration reads.
std::string format_duration(Duration d);

// Returns midnight UTC at or before t.
Timestamp start_of_day(Timestamp t);

// Returns "20260102" for the UTC day that contains t: the name of a day directory.
std::string format_day(Timestamp t);

// These compute with times from outside. A result that does not fit becomes the end of the range.

// Returns a + b.
constexpr Timestamp add_saturated(Timestamp a, Duration b) {
  Timestamp sum = 0;
  if (!__builtin_add_overflow(a, b, &sum)) return sum;
  return b > 0 ? std::numeric_limits<Timestamp>::max() : std::numeric_limits<Timestamp>::min();
}
// Returns a - b: the span between two instants, or an instant less a span.
constexpr int64_t sub_saturated(Timestamp a, int64_t b) {
  int64_t difference = 0;
  if (!__builtin_sub_overflow(a, b, &difference)) return difference;
  return b < 0 ? std::numeric_limits<int64_t>::max() : std::numeric_limits<int64_t>::min();
}
// Returns so many units in nanoseconds. unit is positive: kSecond, kMillisecond …
constexpr int64_t to_nanoseconds(int64_t count, Duration unit) {
  int64_t product = 0;
  if (!__builtin_mul_overflow(count, unit, &product)) return product;
  return count > 0 ? std::numeric_limits<int64_t>::max() : std::numeric_limits<int64_t>::min();
}
// Converts seconds with a fraction, to the millisecond. NaN becomes 0.
int64_t seconds_to_nanoseconds(double seconds);

// Returns the multiple of step at or before t; the first instant if that lies before it. step > 0.
constexpr Timestamp round_down(Timestamp t, Duration step) {
  const Duration rest = t % step;
  return sub_saturated(t, rest < 0 ? rest + step : rest);
}

}  // namespace logsvc
