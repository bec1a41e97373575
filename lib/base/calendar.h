// Computes days and dates of the Gregorian calendar, which is taken to extend for ever in both
// directions.
//
// std::chrono counts the days. Its years end at ±32,767, but those of Go's times, which templates
// work with, do not. Since the calendar repeats every 400 years, any year is mapped to one of 2000
// to 2399.
#pragma once

#include <chrono>
#include <cstdint>

namespace logsvc {

// Returns a / b, rounded down. b is positive.
constexpr int64_t floor_div(int64_t a, int64_t b) { return a / b - (a % b < 0); }

// Returns a modulo b: 0 to b - 1 whatever the sign of a. b is positive.
constexpr int64_t floor_mod(int64_t a, int64_t b) { return a % b + (a % b < 0 ? b : 0); }

struct Date {
  int64_t year;
  int month;  // 1 to 12
  int day;    // 1 to 31
};

inline constexpr int64_t kCalendarYears = 400;
inline constexpr int64_t kCalendarDays = 146'097;  // days in 400 years

// Returns the days from 1970-01-01 to the date. month is 1 to 12; day may be any number, counted
// from the first.
constexpr int64_t days_of_date(int64_t year, int month, int64_t day) {
  const int64_t turns = floor_div(year - 2000, kCalendarYears);
  const std::chrono::year_month_day first{
      std::chrono::year(static_cast<int>(year - turns * kCalendarYears)),
      std::chrono::month(static_cast<unsigned>(month)), std::chrono::day(1)};
  const int64_t days = std::chrono::sys_days(first).time_since_epoch().count();
  return days + turns * kCalendarDays + day - 1;
}

constexpr Date date_of_days(int64_t days) {
  constexpr int64_t k2000 = 10'957;  // 2000-01-01
  const int64_t turns = floor_div(days - k2000, kCalendarDays);
  const std::chrono::year_month_day date{
      std::chrono::sys_days(std::chrono::days(static_cast<int>(days - turns * kCalendarDays)))};
  return {static_cast<int>(date.year()) + turns * kCalendarYears,
          static_cast<int>(static_cast<unsigned>(date.month())),
          static_cast<int>(static_cast<unsigned>(date.day()))};
}

constexpr bool is_leap_year(int64_t year) {
  return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

constexpr int days_in_month(int64_t year, int month) {
  constexpr int kDays[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  return kDays[month - 1] + (month == 2 && is_leap_year(year));
}

}  // namespace logsvc
