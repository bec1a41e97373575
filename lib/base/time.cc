#include "base/time.h"

#include <array>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <utility>

#include "base/calendar.h"

namespace logsvc {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// Reads exactly n digits at text[at]; -1 if there are fewer.
int read_digits(std::string_view text, size_t at, size_t n) {
  if (at + n > text.size()) return -1;
  int value = 0;
  for (size_t i = at; i < at + n; ++i) {
    if (!is_digit(text[i])) return -1;
    value = value * 10 + (text[i] - '0');
  }
  return value;
}

// Turns zone text "Z", "z" or ±hh:mm into an offset in ns.
std::optional<Duration> parse_zone(std::string_view zone) {
  if (zone == "Z" || zone == "z") return 0;
  if (zone.size() != 6 || (zone[0] != '+' && zone[0] != '-') || zone[3] != ':') return {};
  const int hours = read_digits(zone, 1, 2);
  const int minutes = read_digits(zone, 4, 2);
  if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59) return {};
  const Duration offset = hours * kHour + minutes * kMinute;
  return zone[0] == '-' ? -offset : offset;
}

// Holds the number at the start of a Go duration. Whole part and fraction are kept apart so that
// whole units stay exact.
struct Decimal {
  int64_t whole = 0;
  double fraction = 0;
  size_t length = 0;  // in the text; 0: there is none, or it is too large
};

Decimal read_decimal(std::string_view text) {
  Decimal out;
  size_t at = 0, digits = 0;
  for (; at < text.size() && is_digit(text[at]); ++at, ++digits) {
    if (__builtin_mul_overflow(out.whole, int64_t{10}, &out.whole) ||
        __builtin_add_overflow(out.whole, int64_t{text[at] - '0'}, &out.whole)) {
      return {};
    }
  }
  if (at < text.size() && text[at] == '.') {
    double scale = 1;
    for (++at; at < text.size() && is_digit(text[at]); ++at, ++digits) {
      scale /= 10;
      out.fraction += (text[at] - '0') * scale;
    }
  }
  out.length = digits == 0 ? 0 : at;
  return out;
}

// Returns the unit of a Go duration in ns; 0 if there is no such unit.
Duration go_unit(std::string_view name) {
  static constexpr std::array<std::pair<std::string_view, Duration>, 8> kUnits = {
      {{"ns", 1},
       {"us", kMicrosecond},
       {"\xC2\xB5s", kMicrosecond},
       {"\xCE\xBCs", kMicrosecond},
       {"ms", kMillisecond},
       {"s", kSecond},
       {"m", kMinute},
       {"h", kHour}}};
  for (const auto& [unit, size] : kUnits) {
    if (unit == name) return size;
  }
  return 0;
}

}  // namespace

std::string format_rfc3339(Timestamp t) {
  const int64_t seconds = floor_div(t, kSecond);
  const int64_t nanos = floor_mod(t, kSecond);
  const int64_t days = floor_div(seconds, 86400);
  const int64_t rest = seconds - days * 86400;
  const Date date = date_of_days(days);
  char buffer[64];
  int n = std::snprintf(buffer, sizeof buffer, "%04lld-%02lld-%02lldT%02lld:%02lld:%02lld",
                        static_cast<long long>(date.year), static_cast<long long>(date.month),
                        static_cast<long long>(date.day), static_cast<long long>(rest / 3600),
                        static_cast<long long>(rest / 60 % 60), static_cast<long long>(rest % 60));
  std::string out(buffer, static_cast<size_t>(n));
  if (nanos != 0) {
    n = std::snprintf(buffer, sizeof buffer, ".%09lld", static_cast<long long>(nanos));
    out.append(buffer, static_cast<size_t>(n));
    while (out.back() == '0') out.pop_back();
  }
  out += 'Z';
  return out;
}

std::optional<Timestamp> parse_rfc3339(std::string_view text) {
  if (text.size() < 20 || text[4] != '-' || text[7] != '-' || text[13] != ':' || text[16] != ':') {
    return {};
  }
  if (text[10] != 'T' && text[10] != 't' && text[10] != ' ') return {};
  const int year = read_digits(text, 0, 4), month = read_digits(text, 5, 2);
  const int day = read_digits(text, 8, 2), hour = read_digits(text, 11, 2);
  const int minute = read_digits(text, 14, 2), second = read_digits(text, 17, 2);
  if (year < 0 || month < 1 || month > 12 || day < 1 || hour < 0 || hour > 23 || minute < 0 ||
      minute > 59 || second < 0 || second > 60 || day > days_in_month(year, month)) {
    return {};
  }
  size_t at = 19;
  int64_t nanos = 0;
  if (text[at] == '.' || text[at] == ',') {
    int64_t scale = kSecond / 10;
    const size_t first = ++at;
    for (; at < text.size() && is_digit(text[at]); ++at, scale /= 10) {
      nanos += (text[at] - '0') * scale;
    }
    if (at == first) return {};
  }
  const auto offset = parse_zone(text.substr(at));
  if (!offset) return {};
  const int64_t seconds =
      days_of_date(year, month, day) * 86400 + hour * 3600 + minute * 60 + second;
  Timestamp t = 0;
  if (__builtin_mul_overflow(seconds, kSecond, &t) || __builtin_add_overflow(t, nanos, &t) ||
      __builtin_sub_overflow(t, *offset, &t)) {
    return {};
  }
  return t;
}

Result<Duration> parse_prometheus_duration(std::string_view text) {
  struct Unit {
    std::string_view name;
    Duration size;
  };
  static constexpr std::array<Unit, 7> kUnits = {{{"y", 365 * kDay},
                                                  {"w", 7 * kDay},
                                                  {"d", kDay},
                                                  {"h", kHour},
                                                  {"m", kMinute},
                                                  {"s", kSecond},
                                                  {"ms", kMillisecond}}};
  const std::string quoted = "\"" + std::string(text) + "\"";
  if (text.empty()) return invalid("empty duration string");
  if (text == "0") return Duration{0};
  Duration total = 0;
  size_t next_unit = 0;
  for (size_t at = 0; at < text.size();) {
    Duration count = 0;
    const char* first = text.data() + at;
    const auto [end, failure] = std::from_chars(first, text.data() + text.size(), count);
    if (!is_digit(*first) || failure != std::errc()) {
      return invalid("not a valid duration string: " + quoted);
    }
    at += static_cast<size_t>(end - first);
    size_t unit_end = at;
    while (unit_end < text.size() && !is_digit(text[unit_end])) ++unit_end;
    const std::string_view name = text.substr(at, unit_end - at);
    if (name.empty()) return invalid("not a valid duration string: " + quoted);
    size_t unit = 0;
    while (unit < kUnits.size() && kUnits[unit].name != name) ++unit;
    if (unit == kUnits.size()) {
      return invalid("unknown unit \"" + std::string(name) + "\" in duration " + quoted);
    }
    if (unit < next_unit) return invalid("not a valid duration string: " + quoted);
    next_unit = unit + 1;
    at = unit_end;
    Duration part = 0;
    if (__builtin_mul_overflow(count, kUnits[unit].size, &part) ||
        __builtin_add_overflow(total, part, &total)) {
      return invalid("duration out of range: " + quoted);
    }
  }
  return total;
}

Result<Duration> parse_go_duration(std::string_view text) {
  const auto fault = [&](const std::string& what) {
    return invalid("time: " + what + " \"" + std::string(text) + "\"");
  };
  std::string_view rest = text;
  bool negative = false;
  if (!rest.empty() && (rest[0] == '-' || rest[0] == '+')) {
    negative = rest[0] == '-';
    rest.remove_prefix(1);
  }
  if (rest == "0") return Duration{0};
  if (rest.empty()) return fault("invalid duration");
  Duration total = 0;
  while (!rest.empty()) {
    const Decimal number = read_decimal(rest);
    if (number.length == 0) return fault("invalid duration");
    rest.remove_prefix(number.length);
    const std::string_view name = rest.substr(0, rest.find_first_of("0123456789."));
    if (name.empty()) return fault("missing unit in duration");
    const Duration unit = go_unit(name);
    if (unit == 0) return fault("unknown unit \"" + std::string(name) + "\" in duration");
    Duration part = 0;
    const auto below_one = static_cast<int64_t>(number.fraction * static_cast<double>(unit));
    if (__builtin_mul_overflow(number.whole, unit, &part) ||
        __builtin_add_overflow(part, below_one, &part) ||
        __builtin_add_overflow(total, part, &total)) {
      return fault("invalid duration");
    }
    rest.remove_prefix(name.size());
  }
  return negative ? -total : total;
}

Result<Duration> parse_duration(std::string_view text) {
  if (auto d = parse_prometheus_duration(text); d.ok()) return d;
  if (auto d = parse_go_duration(text); d.ok()) return d;
  return invalid("not a valid duration: \"" + std::string(text) +
                 "\" (try 30s, 5m, 336h, 14d, or 0)");
}

std::string format_duration(Duration d) {
  if (d == 0) return "0s";
  std::string out = d < 0 ? "-" : "";
  uint64_t rest = d < 0 ? 0 - static_cast<uint64_t>(d) : static_cast<uint64_t>(d);
  const auto take = [&](Duration unit, const char* name) {
    const uint64_t count = rest / static_cast<uint64_t>(unit);
    if (count == 0) return;
    out += std::to_string(count) + name;
    rest %= static_cast<uint64_t>(unit);
  };
  take(kHour, "h");
  take(kMinute, "m");
  take(kSecond, "s");
  take(kMillisecond, "ms");
  take(kMicrosecond, "us");
  take(1, "ns");
  return out;
}

Timestamp start_of_day(Timestamp t) { return round_down(t, kDay); }

std::string format_day(Timestamp t) {
  const Date date = date_of_days(floor_div(t, kDay));
  char buffer[32];
  const int n =
      std::snprintf(buffer, sizeof buffer, "%04lld%02lld%02lld", static_cast<long long>(date.year),
                    static_cast<long long>(date.month), static_cast<long long>(date.day));
  return {buffer, static_cast<size_t>(n)};
}

int64_t seconds_to_nanoseconds(double seconds) {
  constexpr double kMostSeconds = 9.2e9;  // 9.22e18 ns are the limit
  if (std::isnan(seconds)) return 0;
  if (std::abs(seconds) < kMostSeconds) return std::llround(seconds * 1000) * kMillisecond;
  return seconds > 0 ? std::numeric_limits<int64_t>::max() : std::numeric_limits<int64_t>::min();
}

}  // namespace logsvc
