// Reads times by Go's layouts.
#include <strings.h>

#include <cstdlib>

#include "base/calendar.h"
#include "gotext/time/go_time.h"

namespace logsvc::tmpl {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// Holds what has been read so far, and the text that is left.
struct Reader {
  std::string_view rest;
  int64_t year = 0;
  int month = -1, day = -1, year_day = -1;
  int hour = 0, minute = 0, second = 0;
  int32_t nanos = 0;
  bool pm = false, am = false;
  bool has_offset = false;
  int32_t offset = 0;
  std::string zone;

  // Reads up to `most` digits, at least `least`.
  bool number(int least, int most, int& out) {
    int n = 0;
    out = 0;
    while (n < most && static_cast<size_t>(n) < rest.size() && is_digit(rest[n])) {
      out = out * 10 + (rest[n++] - '0');
    }
    if (n < least) return false;
    rest.remove_prefix(n);
    return true;
  }
  bool name(const char* const* names, int count, size_t length, int& out) {
    for (int i = 0; i < count; ++i) {
      const std::string_view full = names[i];
      const size_t n = length ? length : full.size();
      if (rest.size() >= n && strncasecmp(rest.data(), full.data(), n) == 0) {
        out = i;
        rest.remove_prefix(n);
        return true;
      }
    }
    return false;
  }
  bool literal(std::string_view text) {
    // A blank in the layout stands for any number of blanks.
    for (size_t i = 0; i < text.size(); ++i) {
      if (text[i] == ' ') {
        if (!rest.empty() && rest[0] != ' ') return false;
        while (i + 1 < text.size() && text[i + 1] == ' ') ++i;
        while (!rest.empty() && rest[0] == ' ') rest.remove_prefix(1);
        continue;
      }
      if (rest.empty() || rest[0] != text[i]) return false;
      rest.remove_prefix(1);
    }
    return true;
  }
  bool fraction(size_t digits) {  // rest begins with the point
    int64_t value = 0;
    for (size_t i = 0; i < digits; ++i) {
      if (i + 1 >= rest.size() || !is_digit(rest[i + 1])) return false;
      if (i < 9) value = value * 10 + (rest[i + 1] - '0');
    }
    for (size_t i = digits; i < 9; ++i) value *= 10;
    nanos = static_cast<int32_t>(value);
    rest.remove_prefix(digits + 1);
    return true;
  }
  bool numeric_zone(std::string_view form) {
    if (form[0] == 'Z' && !rest.empty() && rest[0] == 'Z') {
      rest.remove_prefix(1);
      has_offset = true;
      zone = "UTC";
      return true;
    }
    if (rest.empty() || (rest[0] != '+' && rest[0] != '-')) return false;
    const int sign = rest[0] == '-' ? -1 : 1;
    rest.remove_prefix(1);
    const bool colon = form.find(':') != std::string_view::npos;
    const size_t parts = form.size() == 3 ? 1 : form.size() <= 6 ? 2 : 3;
    int values[3] = {0, 0, 0};
    for (size_t i = 0; i < parts; ++i) {
      if (i > 0 && colon && !literal(":")) return false;
      if (!number(2, 2, values[i])) return false;
    }
    // Go accepts these too: some write offsets of 24 hours or of 60 minutes.
    if (values[0] > 24 || values[1] > 60 || values[2] > 60) return false;
    offset = sign * (values[0] * 3600 + values[1] * 60 + values[2]);
    has_offset = true;
    return true;
  }
  // Returns how many bytes the +9 of GMT+9 takes at rest[at]; 0 if there is none.
  size_t hours_length(size_t at) const {
    if (at >= rest.size() || (rest[at] != '+' && rest[at] != '-')) return 0;
    size_t n = 1;
    int hours = 0;
    for (; at + n < rest.size() && is_digit(rest[at + n]) && hours < 100; ++n) {
      hours = hours * 10 + (rest[at + n] - '0');
    }
    return n == 1 || hours > 23 ? 0 : n;
  }
  // Reads an abbreviation as Go knows one: KST, CEST, WITA, GMT-3, +03.
  bool zone_name() {
    size_t n = 0;
    while (n < rest.size() && n < 6 && rest[n] >= 'A' && rest[n] <= 'Z') ++n;
    if (rest.starts_with("ChST") || rest.starts_with("MeST")) {
      n = 4;
    } else if (rest.starts_with("GMT")) {
      n = 3 + hours_length(3);
    } else if (n == 0 && hours_length(0) > 0) {
      n = hours_length(0);
    } else if (n < 3 || n > 5 || (n == 5 && rest[4] != 'T') ||
               (n == 4 && rest[3] != 'T' && !rest.starts_with("WITA"))) {
      return false;
    }
    zone = rest.substr(0, n);
    if (zone == "UTC") has_offset = true;
    rest.remove_prefix(n);
    return true;
  }
  bool day_half(const char* am_text, const char* pm_text) {
    pm = rest.starts_with(pm_text);
    am = rest.starts_with(am_text);
    if (!pm && !am) return false;
    rest.remove_prefix(2);
    return true;
  }

  bool date_item(const LayoutStep& step) {
    int value = 0;
    switch (step.item) {
      case LayoutItem::kLongYear:
        if (!number(4, 4, value)) return false;
        year = value;
        return true;
      case LayoutItem::kYear:
        if (!number(2, 2, value)) return false;
        year = value + (value >= 69 ? 1900 : 2000);
        return true;
      case LayoutItem::kLongMonth:
      case LayoutItem::kMonth:
        if (!name(kMonthNames, 12, step.item == LayoutItem::kMonth ? 3 : 0, value)) return false;
        month = value + 1;
        return true;
      case LayoutItem::kNumMonth:
      case LayoutItem::kZeroMonth:
        return number(step.item == LayoutItem::kZeroMonth ? 2 : 1, 2, month) && month >= 1 &&
               month <= 12;
      case LayoutItem::kLongWeekDay:
      case LayoutItem::kWeekDay:
        return name(kWeekDayNames, 7, step.item == LayoutItem::kWeekDay ? 3 : 0, value);
      case LayoutItem::kDay:
      case LayoutItem::kUnderDay:
      case LayoutItem::kZeroDay:
        if (step.item == LayoutItem::kUnderDay && rest.starts_with(' ')) rest.remove_prefix(1);
        return number(step.item == LayoutItem::kZeroDay ? 2 : 1, 2, day);
      default:
        while (step.item == LayoutItem::kUnderYearDay && rest.starts_with(' ')) {
          rest.remove_prefix(1);
        }
        return number(step.item == LayoutItem::kZeroYearDay ? 3 : 1, 3, year_day);
    }
  }

  bool item(const LayoutStep& step) {
    switch (step.item) {
      case LayoutItem::kHour:
        return number(1, 2, hour) && hour < 24;
      case LayoutItem::kHour12:
      case LayoutItem::kZeroHour12:
        return number(step.item == LayoutItem::kZeroHour12 ? 2 : 1, 2, hour) && hour <= 12;
      case LayoutItem::kMinute:
      case LayoutItem::kZeroMinute:
        return number(step.item == LayoutItem::kZeroMinute ? 2 : 1, 2, minute) && minute < 60;
      case LayoutItem::kSecond:
      case LayoutItem::kZeroSecond:
        if (!number(step.item == LayoutItem::kZeroSecond ? 2 : 1, 2, second) || second >= 60) {
          return false;
        }
        // A fraction may follow seconds even if that is not what the layout has next.
        if (rest.size() >= 2 && (rest[0] == '.' || rest[0] == ',') && is_digit(rest[1])) {
          const LayoutItem next = next_layout_step(step.after).item;
          const bool planned = next == LayoutItem::kFraction || next == LayoutItem::kFraction9;
          if (!planned) return fraction(fraction_digits());
        }
        return true;
      case LayoutItem::kUpperPm:
        return day_half("AM", "PM");
      case LayoutItem::kLowerPm:
        return day_half("am", "pm");
      case LayoutItem::kZoneName:
        return zone_name();
      case LayoutItem::kZone:
        return numeric_zone(step.text);
      case LayoutItem::kFraction:
        return !rest.empty() && (rest[0] == '.' || rest[0] == ',') &&
               fraction(step.text.size() - 1);
      case LayoutItem::kFraction9:
        if (rest.size() < 2 || (rest[0] != '.' && rest[0] != ',') || !is_digit(rest[1])) {
          return true;
        }
        return fraction(fraction_digits());
      default:
        return date_item(step);
    }
  }
  size_t fraction_digits() const {
    size_t n = 0;
    while (n + 1 < rest.size() && is_digit(rest[n + 1])) ++n;
    return n;
  }
};

// Fills in month and day if they were missing or given only as a day of the year.
bool complete_date(Reader& r) {
  if (r.year_day >= 0) {
    if (r.year_day < 1 || r.year_day > 365 + is_leap_year(r.year)) return false;
    const Date date = date_of_days(days_of_date(r.year, 1, r.year_day));
    if ((r.month >= 0 && r.month != date.month) || (r.day >= 0 && r.day != date.day)) return false;
    r.month = date.month;
    r.day = date.day;
    return true;
  }
  if (r.month < 0) r.month = 1;
  if (r.day < 0) r.day = 1;
  return r.day >= 1 && r.day <= days_in_month(r.year, r.month);
}

// Reads GMT+9; returns 0 for other names.
int32_t offset_of_gmt(const std::string& zone) {
  if (zone.size() <= 3 || !zone.starts_with("GMT")) return 0;
  return std::atoi(zone.c_str() + 3) * 3600;
}

}  // namespace

std::optional<GoTime> parse_go_time(std::string_view layout, std::string_view text,
                                    const TimeZone& zone, const TimeZone& names) {
  Reader r;
  r.rest = text;
  while (true) {
    const LayoutStep step = next_layout_step(layout);
    if (!r.literal(step.before)) return {};
    if (step.item == LayoutItem::kNone) break;
    if (!r.item(step)) return {};
    layout = step.after;
  }
  if (!r.rest.empty() || !complete_date(r)) return {};
  if (r.pm && r.hour < 12) r.hour += 12;
  if (r.am && r.hour == 12) r.hour = 0;
  const int64_t wall =
      days_of_date(r.year, r.month, r.day) * 86400 + r.hour * 3600 + r.minute * 60 + r.second;
  GoTime out;
  out.nanos = r.nanos;
  if (r.has_offset) {
    out.seconds = wall - r.offset;
    zone.apply(out);
    // An offset that differs from the zone's own is kept, without a name.
    if (out.offset != r.offset) {
      out.offset = r.offset;
      out.zone = r.zone;
      out.location.reset();
    }
    if (r.zone == "UTC") {
      out.zone = "UTC";
      out.location.reset();
    }
    return out;
  }
  if (!r.zone.empty()) {
    // Go shows the hours of GMT+9, but still takes the time for UTC.
    const auto known = names.offset_of(r.zone, wall);
    out.offset = known.value_or(offset_of_gmt(r.zone));
    out.seconds = wall - known.value_or(0);
    out.zone = r.zone;
    return out;
  }
  zone.from_wall_clock(wall, out);
  return out;
}

}  // namespace logsvc::tmpl
