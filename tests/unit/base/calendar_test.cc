#include "base/calendar.h"

#include <doctest/doctest.h>

namespace logsvc {

TEST_SUITE_BEGIN("base");

TEST_CASE("days and dates are each other's, far beyond the years of std::chrono") {
  CHECK(days_of_date(1970, 1, 1) == 0);
  CHECK(days_of_date(2000, 1, 1) == 10'957);
  CHECK(days_of_date(1969, 12, 31) == -1);
  CHECK(days_of_date(2026, 11, 30) == 20'787);
  CHECK(days_of_date(1, 1, 1) == -719'162);
  for (const int64_t year : {-292'277'022'399LL, -400'000LL, -1LL, 0LL, 1900LL, 2000LL, 2100LL,
                             2399LL, 2400LL, 9999LL, 292'277'026'596LL}) {
    for (int month = 1; month <= 12; ++month) {
      const int last = days_in_month(year, month);
      for (const int day : {1, 28, last}) {
        const Date date = date_of_days(days_of_date(year, month, day));
        REQUIRE(date.year == year);
        REQUIRE(date.month == month);
        REQUIRE(date.day == day);
      }
      // The day behind the last one is the first of the next month.
      CHECK(date_of_days(days_of_date(year, month, last) + 1).day == 1);
    }
  }
}

TEST_CASE("days beyond a month count on from its first") {
  CHECK(days_of_date(2026, 1, 32) == days_of_date(2026, 2, 1));
  CHECK(days_of_date(2026, 3, 0) == days_of_date(2026, 2, 28));
}

TEST_CASE("leap years") {
  CHECK(is_leap_year(2024));
  CHECK(is_leap_year(2000));
  CHECK(is_leap_year(-400));
  CHECK(!is_leap_year(1900));
  CHECK(!is_leap_year(2026));
  CHECK(days_in_month(2024, 2) == 29);
  CHECK(days_in_month(2100, 2) == 28);
}

TEST_SUITE_END();

}  // namespace logsvc
