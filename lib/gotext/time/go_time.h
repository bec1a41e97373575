// Handles instants as templates do: with a zone, from year 1 on, written and read by Go's reference
// layouts ("2006-01-02 15:04:05").
#pragma once

#include <compare>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/time.h"

namespace logsvc::tmpl {

struct ZoneFile;
struct GoTime;

// Is a time zone: the server's own, or one by IANA name. It is a value; copies share storage.
class TimeZone {
 public:
  static TimeZone local() { return TimeZone(true, "Local"); }
  // Reads the system's zone file; returns UTC if there is none of that name.
  static TimeZone named(const std::string& name);

  // Returns a zone with one offset at all times, called by its abbreviation.
  static TimeZone fixed(int32_t offset, const std::string& abbreviation);

  // Returns the name it was asked for by; Local for the server's own.
  const std::string& name() const { return name_; }
  // Returns whether the system knows the zone.
  bool known() const { return local_ || file_ != nullptr; }
  // Sets what is in force at the instant, and the location.
  void apply(GoTime& t) const;
  // Sets t.seconds for a wall-clock time counted as if it were UTC, and what apply() sets.
  void from_wall_clock(int64_t wall_seconds, GoTime& t) const;
  // Returns the offset that an abbreviation stands for here, preferably the one in force at the
  // wall-clock time; nullopt if the zone has none of that name.
  std::optional<int32_t> offset_of(std::string_view abbreviation, int64_t wall_seconds) const;

 private:
  TimeZone(bool local, std::string name) : local_(local), name_(std::move(name)) {}
  bool local_;
  std::string name_;
  std::shared_ptr<const ZoneFile> file_;
};

// Is an instant and the location where it is looked at. It is a value.
struct GoTime {
  int64_t seconds = 0;  // since the epoch
  int32_t nanos = 0;    // 0 … 999999999
  int32_t offset = 0;   // seconds east of UTC, at this instant
  std::string zone;     // abbreviation: UTC, KST
  // Gives offset and abbreviation; nullopt: they hold at all times.
  std::optional<TimeZone> location = {};

  static GoTime from(Timestamp t);  // in the server's zone
  // Returns the instant in Go's zero value: year 1, UTC.
  static GoTime zero();
  static GoTime utc(int64_t seconds, int32_t nanos);
  // Writes fmt's form: 2006-01-02 15:04:05.999999999 -0700 MST.
  std::string printed() const;
  std::string format(std::string_view layout) const;

  // Holds the calendar date and the clock at its location.
  struct Civil {
    int64_t year = 0;
    int month = 0, day = 0;  // from 1
    int hour = 0, minute = 0, second = 0;
    int week_day = 0;  // 0: Sunday
    int year_day = 0;  // from 1
  };
  Civil civil() const;

  // These behave as Go's methods of the same names. Times that leave the range of int64 seconds
  // stay at its ends.
  GoTime in(const TimeZone& other) const;
  GoTime add(Duration d) const;
  GoTime add_date(int64_t years, int64_t months, int64_t days) const;
  // These round down to a multiple of d since year 1, or to the nearest. Only a positive d changes
  // anything.
  GoTime truncated(Duration d) const;
  GoTime rounded(Duration d) const;
  // Returns the span since then; it saturates at the longest durations.
  Duration since(const GoTime& earlier) const;
  std::strong_ordering compare(const GoTime& other) const {
    return seconds != other.seconds ? seconds <=> other.seconds : nanos <=> other.nanos;
  }
};

// Writes Go's form of a time.Duration: 1h30m0s, 1.5s, 250ms, 0s.
std::string format_go_duration(Duration d);

// Reads a time; a text without a zone is in `zone`. An abbreviation (KST) is one of `names`; others
// count as UTC. Returns nullopt if the text does not follow the layout.
std::optional<GoTime> parse_go_time(std::string_view layout, std::string_view text,
                                    const TimeZone& zone, const TimeZone& names);
inline std::optional<GoTime> parse_go_time(std::string_view layout, std::string_view text,
                                           const TimeZone& zone) {
  return parse_go_time(layout, text, zone, zone);
}

// ---- shared by formatting and parsing ----

// Names one element of a layout.
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

}  // namespace logsvc::tmpl
