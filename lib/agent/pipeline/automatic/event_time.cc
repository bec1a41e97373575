#include "agent/pipeline/automatic/event_time.h"

#include <algorithm>
#include <charconv>
#include <string>

namespace logsvc::agent {
namespace {

constexpr Duration kMaxPast = 24 * kHour;
constexpr Duration kMaxFuture = 5 * kMinute;
constexpr Duration kQuarter = 15 * kMinute;
constexpr Duration kQuarterSlack = 2 * kMinute;
constexpr double kFirstEpoch = 1e9;

// Returns whether a time zone with this offset from UTC exists.
bool is_zone(Duration offset) {
  constexpr Duration kWest = -12 * kHour, kEast = 14 * kHour;
  if (offset < kWest || offset > kEast) return false;
  if (offset % kHour == 0) return true;
  constexpr int kMinutes[] = {-570, -210, 210, 270, 330, 345, 390, 525, 570, 630, 765};
  return std::any_of(std::begin(kMinutes), std::end(kMinutes),
                     [&](int minutes) { return offset == minutes * kMinute; });
}

// Returns the precision of a time: seconds without a fraction, otherwise milliseconds or better.
Duration precision_of(std::string_view said, Timestamp time) {
  if (time % kMillisecond != 0) return 1;
  if (time % kSecond != 0) return kMillisecond;
  const bool is_text = said.find(':') != std::string_view::npos;
  if (is_text) return said.find_first_of(".,") == std::string_view::npos ? kSecond : kMillisecond;
  return said.find('.') == std::string_view::npos && said.size() <= 11 ? kSecond : kMillisecond;
}

// Returns whether text like 2026-01-01 13:00:00, with or without a fraction, has no zone.
bool lacks_zone(std::string_view text) {
  if (text.size() < 19 || text[4] != '-' || text[13] != ':') return false;
  return text.find_first_not_of("0123456789.,", 19) == std::string_view::npos;
}

// Adds RFC 3339's colon to 2026-01-01T13:00:00+0900 and +09, which many loggers write.
std::string with_zone_colon(std::string text) {
  const size_t sign = text.find_last_of("+-");
  if (sign == std::string::npos || sign < 19 ||
      text.find_first_not_of("0123456789", sign + 1) != std::string::npos) {
    return text;
  }
  const size_t digits = text.size() - sign - 1;
  if (digits == 4) return text.insert(sign + 3, ":");
  return digits == 2 ? text + ":00" : text;
}

// Parses seconds with a fraction digit by digit, because a double has too few digits.
std::optional<Timestamp> parse_seconds(std::string_view text) {
  const size_t point = text.find('.');
  if (point == std::string_view::npos || point > 11 || point + 1 == text.size() ||
      text.find_first_not_of("0123456789.") != std::string_view::npos ||
      text.find('.', point + 1) != std::string_view::npos) {
    return {};
  }
  std::string digits(text.substr(point + 1, 9));
  digits.resize(9, '0');
  int64_t whole = 0, nanos = 0;
  std::from_chars(text.data(), text.data() + point, whole);
  std::from_chars(digits.data(), digits.data() + digits.size(), nanos);
  if (whole > INT64_MAX / kSecond - 1) return {};
  return whole * kSecond + nanos;
}

}  // namespace

std::optional<Timestamp> parse_epoch(std::string_view text) {
  double value = 0;
  const char* last = text.data() + text.size();
  const auto [end, failure] = std::from_chars(text.data(), last, value);
  if (failure != std::errc() || end != last || !(value >= kFirstEpoch) || value > 9e18) return {};
  const double scale = value < 1e11 ? 1e9 : value < 1e14 ? 1e6 : value < 1e17 ? 1e3 : 1;
  int64_t whole = 0;
  const auto [whole_end, whole_failure] = std::from_chars(text.data(), last, whole);
  if (whole_failure == std::errc() && whole_end == last) {
    Timestamp t = 0;
    if (__builtin_mul_overflow(whole, static_cast<int64_t>(scale), &t)) return {};
    return t;
  }
  if (scale == 1e9) {
    if (const auto exact = parse_seconds(text)) return exact;
  }
  if (value * scale > 9e18) return {};
  return static_cast<Timestamp>(value * scale);
}

std::optional<Timestamp> EventClock::parse(std::string_view said, bool is_number,
                                           Timestamp docker_time) {
  if (is_number) return parse_epoch(said);
  std::string text(said);
  std::replace(text.begin(), text.end(), ',', '.');
  if (!lacks_zone(text)) {
    const auto t = parse_rfc3339(with_zone_colon(text));
    return t ? t : parse_epoch(said);
  }
  const auto utc = parse_rfc3339(text + "Z");
  if (!utc) return {};
  const Duration ahead = *utc - docker_time;
  if (ahead >= -kMaxFuture && ahead <= kMaxFuture) return utc;
  const Duration quarters = (ahead + (ahead < 0 ? -kQuarter / 2 : kQuarter / 2)) / kQuarter;
  const Duration offset = quarters * kQuarter;
  const Duration rest = ahead - offset;
  if (rest >= -kQuarterSlack && rest <= kQuarterSlack && is_zone(offset)) zone_offset_ = offset;
  if (!zone_offset_) return {};
  return *utc - *zone_offset_;
}

EventTime EventClock::find(std::string_view said, bool is_number, Timestamp docker_time) {
  if (said.empty()) return {docker_time, false, false};
  const auto t = parse(said, is_number, docker_time);
  if (!t || *t < docker_time - kMaxPast || *t > docker_time + kMaxFuture) {
    return {docker_time, t.has_value(), false};
  }
  const Duration precision = precision_of(said, *t);
  return {*t + std::clamp<Duration>(docker_time - *t, 0, precision - 1), false, true};
}

}  // namespace logsvc::agent
