// Instants as templates handle them: with a zone, from year 1 on, written and read by Go's
// reference layouts ("2006-01-02 15:04:05").
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/time.h"

namespace logsvc::tmpl {

struct GoTime {
  int64_t seconds = 0;  // since the epoch
  int32_t nanos = 0;    // 0 … 999999999
  int32_t offset = 0;   // seconds east of UTC
  std::string zone;     // abbreviation: UTC, KST

  static GoTime from(Timestamp t);  // in the server's zone
  // The instant in Go's zero value: year 1, UTC.
  static GoTime zero();
  // fmt's form: 2006-01-02 15:04:05.999999999 -0700 MST.
  std::string printed() const;
  std::string format(std::string_view layout) const;
};

struct ZoneFile;

// A time zone: the server's own, or one by IANA name. A value; copies share storage.
class TimeZone {
 public:
  static TimeZone local() { return TimeZone(true); }
  // Reads the system's zone file; UTC if there is none of that name.
  static TimeZone named(const std::string& name);

  // Whether the system knows the zone.
  bool known() const { return local_ || file_ != nullptr; }
  // Offset and abbreviation in force at the instant.
  void apply(GoTime& t) const;
  // Sets t.seconds of a wall-clock time counted as if it were UTC, and its zone.
  void from_wall_clock(int64_t wall_seconds, GoTime& t) const;
  // The offset that an abbreviation stands for here, rather that in force at the wall-clock time;
  // nullopt if the zone has none of that name.
  std::optional<int32_t> offset_of(std::string_view abbreviation, int64_t wall_seconds) const;

 private:
  explicit TimeZone(bool local) : local_(local) {}
  bool local_;
  std::shared_ptr<const ZoneFile> file_;
};

// A text without a zone is of `zone`. An abbreviation (KST) is one of `names`; others count as UTC.
// nullopt if the text does not follow the layout.
std::optional<GoTime> parse_go_time(std::string_view layout, std::string_view text,
                                    const TimeZone& zone, const TimeZone& names);
inline std::optional<GoTime> parse_go_time(std::string_view layout, std::string_view text,
                                           const TimeZone& zone) {
  return parse_go_time(layout, text, zone, zone);
}

// ---- shared by formatting and parsing ----

// One element of a layout.
enum class LayoutItem {
  kNone,
  kLongMonth,
  kMonth,
  kNumMonth,
  kZeroMonth,
  kLongWeekDay,
  kWeekDay,
  kDay,
  kUnderDay,
  kZeroDay,
  kUnderYearDay,
  kZeroYearDay,
  kHour,
  kHour12,
  kZeroHour12,
  kMinute,
  kZeroMinute,
  kSecond,
  kZeroSecond,
  kLongYear,
  kYear,
  kUpperPm,
  kLowerPm,
  kZoneName,
  kZone,       // any of Z0700 -07:00 …, see LayoutStep::text
  kFraction,   // .000 or ,000: always that many digits
  kFraction9,  // .999: up to that many, without trailing zeros
};

struct LayoutStep {
  std::string_view before;  // literal text
  LayoutItem item = LayoutItem::kNone;
  std::string_view text;  // the element as written
  std::string_view after;
};
// Splits the layout at its first element.
LayoutStep next_layout_step(std::string_view layout);

extern const char* const kMonthNames[12];
extern const char* const kWeekDayNames[7];

// Days since the epoch of a date in the proleptic Gregorian calendar, and back.
int64_t days_of_date(int64_t year, int month, int day);
void date_of_days(int64_t days, int64_t& year, int& month, int& day);

}  // namespace logsvc::tmpl
