#include "base/time.h"

#include <doctest/doctest.h>

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

TEST_SUITE_END();

}  // namespace logsvc
