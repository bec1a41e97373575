// Instants and spans. Every instant in logsvc is nanoseconds since the Unix epoch, UTC.
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

// [start, end)
struct TimeRange {
  Timestamp start = std::numeric_limits<Timestamp>::min();
  Timestamp end = std::numeric_limits<Timestamp>::max();

  bool contains(Timestamp t) const { return start <= t && t < end; }
  // True if [first, last] (both inclusive) shares an instant with this range.
  bool overlaps(Timestamp first, Timestamp last) const { return first < end && last >= start; }
  bool empty() const { return start >= end; }
};

// "2026-01-02T13:00:00.123456789Z": a fraction of 0 to 9 digits without trailing zeros.
std::string format_rfc3339(Timestamp t);

// RFC 3339 with optional fraction (digits beyond the ninth are cut) and zone Z or ±hh:mm.
// A blank instead of T is accepted. nullopt if it is anything else or out of range.
std::optional<Timestamp> parse_rfc3339(std::string_view text);

// Prometheus form: integers with the units y w d h m s ms, in that order, each once; or "0".
Result<Duration> parse_prometheus_duration(std::string_view text);

// Go form: decimals with h m s ms us µs ns, any order, optional sign.
Result<Duration> parse_go_duration(std::string_view text);

// Either form; what settings accept.
Result<Duration> parse_duration(std::string_view text);

// "1h30m", "336h", "250ms": readable by parse_duration.
std::string format_duration(Duration d);

// Midnight UTC at or before t.
Timestamp start_of_day(Timestamp t);

// "20260102" of the UTC day that holds t; the name of a day directory.
std::string format_day(Timestamp t);

// Arithmetic with times from outside. What does not fit is held at the end of the range.

// a + b.
constexpr Timestamp add_saturated(Timestamp a, Duration b) {
  Timestamp sum = 0;
  if (!__builtin_add_overflow(a, b, &sum)) return sum;
  return b > 0 ? std::numeric_limits<Timestamp>::max() : std::numeric_limits<Timestamp>::min();
}
// a - b: of two instants the span between them, of an instant and a span an instant.
constexpr int64_t sub_saturated(Timestamp a, int64_t b) {
  int64_t difference = 0;
  if (!__builtin_sub_overflow(a, b, &difference)) return difference;
  return b < 0 ? std::numeric_limits<int64_t>::max() : std::numeric_limits<int64_t>::min();
}
// So many units in nanoseconds. unit > 0: kSecond, kMillisecond …
constexpr int64_t to_nanoseconds(int64_t count, Duration unit) {
  int64_t product = 0;
  if (!__builtin_mul_overflow(count, unit, &product)) return product;
  return count > 0 ? std::numeric_limits<int64_t>::max() : std::numeric_limits<int64_t>::min();
}
// Seconds with a fraction, to the millisecond. Not a number is 0.
int64_t seconds_to_nanoseconds(double seconds);

// The multiple of step at or before t; the first instant if that lies before it. step > 0.
constexpr Timestamp round_down(Timestamp t, Duration step) {
  const Duration rest = t % step;
  return sub_saturated(t, rest < 0 ? rest + step : rest);
}

}  // namespace logsvc
