// Computes the calendar of an instant, and does arithmetic on it, as Go's time.Time does.
#include <algorithm>
#include <limits>

#include "base/calendar.h"
#include "gotext/time/go_time.h"

namespace logsvc::tmpl {
namespace {

__extension__ typedef __int128 Wide;

constexpr int64_t kDaySeconds = 86'400;
constexpr int64_t kNanosPerSecond = 1'000'000'000;
// More would leave the calendar in which the arithmetic here is exact.
constexpr int64_t kMostSeconds = std::numeric_limits<int64_t>::max() / 4;
constexpr int64_t kMostUnits = 1'000'000'000;  // years, months or days

int64_t saturated(Wide v) {
  constexpr auto kMost = std::numeric_limits<int64_t>::max();
  constexpr auto kLeast = std::numeric_limits<int64_t>::min();
  if (v > kMost) return kMost;
  return v < kLeast ? kLeast : static_cast<int64_t>(v);
}

Wide nanos_since_zero(const GoTime& t) {
  return (static_cast<Wide>(t.seconds) - GoTime::zero().seconds) * kNanosPerSecond + t.nanos;
}

// Moves to another instant at the same location.
GoTime moved(const GoTime& t, int64_t seconds, int64_t nanos) {
  GoTime out = t;
  out.seconds = std::clamp(seconds, -kMostSeconds, kMostSeconds);
  out.nanos = static_cast<int32_t>(nanos);
  if (t.location) t.location->apply(out);
  return out;
}

// Writes n / unit as whole.fraction without trailing zeros; unit is a power of ten.
std::string decimal(uint64_t n, uint64_t unit) {
  std::string out = std::to_string(n / unit);
  uint64_t rest = n % unit;
  if (rest == 0) return out;
  out += '.';
  for (uint64_t digit = unit / 10; rest > 0; digit /= 10) {
    out += static_cast<char>('0' + rest / digit);
    rest %= digit;
  }
  return out;
}

}  // namespace

std::string format_go_duration(Duration d) {
  if (d == 0) return "0s";
  const uint64_t size = d < 0 ? ~static_cast<uint64_t>(d) + 1 : static_cast<uint64_t>(d);
  std::string out = d < 0 ? "-" : "";
  if (size < 1'000) return out + std::to_string(size) + "ns";
  if (size < 1'000'000) return out + decimal(size, 1'000) + "µs";
  if (size < kNanosPerSecond) return out + decimal(size, 1'000'000) + "ms";
  constexpr uint64_t kMinuteNanos = 60ull * kNanosPerSecond;
  const uint64_t minutes = size / kMinuteNanos;
  if (minutes >= 60) out += std::to_string(minutes / 60) + "h";
  if (minutes > 0) out += std::to_string(minutes % 60) + "m";
  return out + decimal(size % kMinuteNanos, kNanosPerSecond) + "s";
}

GoTime::Civil GoTime::civil() const {
  const int64_t wall = std::clamp(seconds, -kMostSeconds, kMostSeconds) + offset;
  const int64_t days = floor_div(wall, kDaySeconds);
  const auto of_day = static_cast<int>(wall - days * kDaySeconds);
  Civil out;
  const Date date = date_of_days(days);
  out.year = date.year;
  out.month = date.month;
  out.day = date.day;
  out.hour = of_day / 3600;
  out.minute = of_day / 60 % 60;
  out.second = of_day % 60;
  out.week_day = static_cast<int>(((days % 7) + 11) % 7);
  out.year_day = static_cast<int>(days - days_of_date(out.year, 1, 1) + 1);
  return out;
}

GoTime GoTime::in(const TimeZone& other) const {
  GoTime out = *this;
  other.apply(out);
  return out;
}

GoTime GoTime::add(Duration d) const {
  const int64_t sum = nanos + d % kNanosPerSecond;
  const int64_t carry = floor_div(sum, kNanosPerSecond);
  return moved(*this, saturated(static_cast<Wide>(seconds) + d / kNanosPerSecond + carry),
               sum - carry * kNanosPerSecond);
}

GoTime GoTime::add_date(int64_t years, int64_t months, int64_t days) const {
  const auto bounded = [](int64_t n) { return std::clamp(n, -kMostUnits, kMostUnits); };
  const Civil c = civil();
  const int64_t month = c.month - 1 + bounded(months);
  const int64_t year = c.year + bounded(years) + floor_div(month, 12);
  const auto of_year = static_cast<int>(month - floor_div(month, 12) * 12) + 1;
  const int64_t day = days_of_date(year, of_year, 1) + c.day - 1 + bounded(days);
  const int64_t wall = day * kDaySeconds + c.hour * 3600 + c.minute * 60 + c.second;
  GoTime out = *this;
  if (location) {
    location->from_wall_clock(wall, out);
  } else {
    out.seconds = wall - offset;
  }
  return out;
}

GoTime GoTime::truncated(Duration d) const {
  if (d <= 0) return *this;
  const Wide rest = nanos_since_zero(*this) % d;
  return add(-static_cast<Duration>(rest < 0 ? rest + d : rest));
}

GoTime GoTime::rounded(Duration d) const {
  if (d <= 0) return *this;
  const Wide rest = nanos_since_zero(*this) % d;
  const auto above = static_cast<Duration>(rest < 0 ? rest + d : rest);
  return add(above < d - above ? -above : d - above);
}

Duration GoTime::since(const GoTime& earlier) const {
  return saturated(nanos_since_zero(*this) - nanos_since_zero(earlier));
}

}  // namespace logsvc::tmpl
