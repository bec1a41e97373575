#include "base/time.h"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>

namespace logsvc {

TEST_SUITE_BEGIN("base");

TEST_CASE("RFC 3339 text round-trips to the nanosecond") {
  for (const char* text :
       {"1970-01-01T00:00:00Z", "2026-01-02T13:00:00.123456789Z", "2024-02-29T23:59:59.5Z",
        "1969-12-31T23:59:59.999999999Z", "2262-04-11T23:47:16.854775807Z"}) {
    const auto t = parse_rfc3339(text);
    REQUIRE(t);
    CHECK(format_rfc3339(*t) == text);
  }
}

TEST_CASE("RFC 3339 zones, blanks and long fractions are understood") {
  CHECK(parse_rfc3339("2026-01-01T09:00:00+09:00") == parse_rfc3339("2026-01-01T00:00:00Z"));
  CHECK(parse_rfc3339("2026-01-01 00:00:00.1234567891Z") ==
        parse_rfc3339("2026-01-01T00:00:00.123456789Z"));
}

TEST_CASE("what is not RFC 3339 is refused") {
  for (const char* text : {"", "2026-01-01", "2026-13-01T00:00:00Z", "2026-02-29T00:00:00Z",
                           "2026-01-01T24:00:00Z", "2026-01-01T00:00:00", "2026-01-01T00:00:00.Z",
                           "2026-01-01T00:00:00+0900", "9999-01-01T00:00:00Z"}) {
    CHECK_MESSAGE(!parse_rfc3339(text), text);
  }
}

TEST_CASE("Prometheus durations keep units in order, each once") {
  CHECK(*parse_prometheus_duration("1h30m") == 90 * kMinute);
  CHECK(*parse_prometheus_duration("14d") == 336 * kHour);
  CHECK(*parse_prometheus_duration("250ms") == 250 * kMillisecond);
  CHECK(parse_prometheus_duration("30m1h").error().message ==
        "not a valid duration string: \"30m1h\"");
  CHECK(parse_prometheus_duration("1.5h").error().message ==
        "unknown unit \".\" in duration \"1.5h\"");
  CHECK(parse_prometheus_duration("5").error().message == "not a valid duration string: \"5\"");
  CHECK(parse_prometheus_duration("").error().message == "empty duration string");
  CHECK(!parse_prometheus_duration("99999999999y").ok());
}

TEST_CASE("Go durations take decimals, any order and a sign") {
  CHECK(*parse_go_duration("1.5h") == 90 * kMinute);
  CHECK(*parse_go_duration("-5m") == -5 * kMinute);
  CHECK(*parse_go_duration("5ms3s") == 3005 * kMillisecond);
  CHECK(*parse_go_duration("7\xC2\xB5s") == 7 * kMicrosecond);
  CHECK(parse_go_duration("1d").error().message == "time: unknown unit \"d\" in duration \"1d\"");
  CHECK(parse_go_duration("5").error().message == "time: missing unit in duration \"5\"");
}

TEST_CASE("durations print as text that reads back") {
  for (const Duration d : {Duration{0}, kSecond, 90 * kMinute, 336 * kHour, Duration{-1500000}}) {
    CHECK(*parse_go_duration(format_duration(d)) == d);
  }
}

TEST_CASE("days are UTC days, also before 1970") {
  CHECK(format_day(0) == "19700101");
  CHECK(format_day(-1) == "19691231");
  CHECK(start_of_day(kDay + 5) == kDay);
  CHECK(start_of_day(-1) == -kDay);
}

TEST_CASE("arithmetic with times from outside is held at the ends") {
  constexpr Timestamp kFirst = std::numeric_limits<Timestamp>::min();
  constexpr Timestamp kLast = std::numeric_limits<Timestamp>::max();
  CHECK(add_saturated(5, -7) == -2);
  CHECK(add_saturated(kLast, 1) == kLast);
  CHECK(add_saturated(kFirst, -1) == kFirst);
  CHECK(add_saturated(kFirst, kLast) == -1);
  CHECK(sub_saturated(5, 7) == -2);
  CHECK(sub_saturated(kLast, -1) == kLast);
  CHECK(sub_saturated(kLast, kFirst) == kLast);
  CHECK(sub_saturated(kFirst, 1) == kFirst);
  CHECK(sub_saturated(kFirst, kLast) == kFirst);
  CHECK(sub_saturated(0, kFirst) == kLast);
  CHECK(sub_saturated(-1, kFirst) == kLast);
  CHECK(sub_saturated(kFirst, kFirst) == 0);
  CHECK(to_nanoseconds(1'700'000'000, kSecond) == 1'700'000'000'000'000'000);
  CHECK(to_nanoseconds(-5, kMillisecond) == -5'000'000);
  CHECK(to_nanoseconds(9'223'372'036, kSecond) == 9'223'372'036'000'000'000);
  CHECK(to_nanoseconds(9'223'372'037, kSecond) == kLast);
  CHECK(to_nanoseconds(9'999'999'999, kSecond) == kLast);
  CHECK(to_nanoseconds(-9'999'999'999, kSecond) == kFirst);
  CHECK(seconds_to_nanoseconds(1.5) == 1500 * kMillisecond);
  CHECK(seconds_to_nanoseconds(-0.0004) == 0);
  CHECK(seconds_to_nanoseconds(9'999'999'999.5) == kLast);
  CHECK(seconds_to_nanoseconds(-1e300) == kFirst);
  CHECK(seconds_to_nanoseconds(HUGE_VAL) == kLast);
  CHECK(seconds_to_nanoseconds(std::nan("")) == 0);
}

TEST_CASE("times are rounded down to multiples of a step") {
  constexpr Timestamp kFirst = std::numeric_limits<Timestamp>::min();
  constexpr Timestamp kLast = std::numeric_limits<Timestamp>::max();
  CHECK(round_down(17, 5) == 15);
  CHECK(round_down(15, 5) == 15);
  CHECK(round_down(-1, 5) == -5);
  CHECK(round_down(-5, 5) == -5);
  CHECK(round_down(kLast, kLast) == kLast);
  CHECK(round_down(kLast - 1, kLast) == 0);
  CHECK(round_down(kLast, kSecond) == 9'223'372'036'000'000'000);
  CHECK(round_down(kFirst, kSecond) == kFirst);
  CHECK(round_down(kFirst + 1, kLast) == -kLast);
  CHECK(round_down(kFirst, 2) == kFirst);
  CHECK(start_of_day(kFirst) == kFirst);
  CHECK(start_of_day(kLast) == 106'751 * kDay);
}

TEST_CASE("the first and the last nanosecond print") {
  CHECK(format_rfc3339(std::numeric_limits<Timestamp>::min()) == "1677-09-21T00:12:43.145224192Z");
  CHECK(format_rfc3339(std::numeric_limits<Timestamp>::max()) == "2262-04-11T23:47:16.854775807Z");
  CHECK(format_day(std::numeric_limits<Timestamp>::min()) == "16770921");
  CHECK(format_duration(std::numeric_limits<Duration>::min()) == "-2562047h47m16s854ms775us808ns");
}

TEST_SUITE_END();

}  // namespace logsvc
