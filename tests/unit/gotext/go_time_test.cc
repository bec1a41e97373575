// Expected texts are those that Go's package time documents and tests.
#include "gotext/time/go_time.h"

#include <doctest/doctest.h>

namespace logsvc::tmpl {
namespace {

// 2009-02-04 21:00:57.0123456 PST.
GoTime pst() { return {1'233'810'057, 12'345'600, -8 * 3600, "PST"}; }

std::string read(std::string_view layout, std::string_view text) {
  const auto time = parse_go_time(layout, text, TimeZone::named("UTC"));
  return time ? time->format("2006-01-02 15:04:05.999999999 -0700") : "refused";
}

constexpr std::string_view kAnsi = "Mon Jan _2 15:04:05 2006";
constexpr std::string_view kRfc3339 = "2006-01-02T15:04:05Z07:00";
constexpr std::string_view kStampNano = "Jan _2 15:04:05.000000000";

}  // namespace

TEST_SUITE("gotext") {
  TEST_CASE("times are written by Go's layouts") {
    const std::pair<const char*, const char*> kTexts[] = {
        {"Mon Jan _2 15:04:05 2006", "Wed Feb  4 21:00:57 2009"},
        {"Mon Jan _2 15:04:05 MST 2006", "Wed Feb  4 21:00:57 PST 2009"},
        {"Mon Jan 02 15:04:05 -0700 2006", "Wed Feb 04 21:00:57 -0800 2009"},
        {"02 Jan 06 15:04 MST", "04 Feb 09 21:00 PST"},
        {"Monday, 02-Jan-06 15:04:05 MST", "Wednesday, 04-Feb-09 21:00:57 PST"},
        {"Mon, 02 Jan 2006 15:04:05 -0700", "Wed, 04 Feb 2009 21:00:57 -0800"},
        {"2006-01-02T15:04:05Z07:00", "2009-02-04T21:00:57-08:00"},
        {"2006-01-02T15:04:05.999999999Z07:00", "2009-02-04T21:00:57.0123456-08:00"},
        {"3:04PM", "9:00PM"},
        {"3pm", "9pm"},
        {"06 01 02", "09 02 04"},
        {"Hi Janet, the Month is January", "Hi Janet, the Month is February"},
        {"Jan _2 15:04:05.000", "Feb  4 21:00:57.012"},
        {"Jan _2 15:04:05,000000", "Feb  4 21:00:57,012345"},
        {"Jan _2 15:04:05.000000000", "Feb  4 21:00:57.012345600"},
        {"Jan  2 002 __2 2", "Feb  4 035  35 4"},
        {"2006 6 06 _6 __6 ___6", "2009 6 09 _6 __6 ___6"},
        {"Jan January 1 01 _1", "Feb February 2 02 _2"},
        {"2 02 _2 __2", "4 04  4  35"},
        {"Mon Monday", "Wed Wednesday"},
        {"15 3 03 _3", "21 9 09 _9"},
        {"4 04 _4", "0 00 _0"},
        {"5 05 _5", "57 57 _57"},
        {"_2006", "_2009"},
        {"-07 -0700 -07:00 -070000 -07:00:00", "-08 -0800 -08:00 -080000 -08:00:00"},
        {"Z07 Z0700 Z07:00 Z070000 Z07:00:00", "-08 -0800 -08:00 -080000 -08:00:00"},
        {"05.00 05.99 05.9", "57.01 57.01 57"},
        {"2.0001", "4.0002"},
    };
    for (const auto& [layout, text] : kTexts) {
      const std::string shown_layout(layout);
      CAPTURE(shown_layout);
      CHECK(pst().format(layout) == text);
    }
  }

  TEST_CASE("times are written: halves of the day, UTC, zones without a name") {
    for (const auto& [hour, text] : {std::pair<int, const char*>{0, "12AM 12am"},
                                     {1, "01AM 1am"},
                                     {11, "11AM 11am"},
                                     {12, "12PM 12pm"},
                                     {13, "01PM 1pm"},
                                     {23, "11PM 11pm"}}) {
      CHECK(GoTime::utc(hour * 3600, 0).format("03PM 3pm") == text);
    }
    CHECK(GoTime::utc(0, 0).format("Z07:00 Z0700 -0700 MST") == "Z Z +0000 UTC");
    CHECK(GoTime{0, 0, 9 * 3600, ""}.printed() == "1970-01-01 09:00:00 +0900 +0900");
    CHECK(GoTime{0, 0, -(3 * 3600 + 1800), ""}.format("15:04 MST") == "20:30 -0330");
    CHECK(GoTime{0, 0, 34'261, ""}.format("Z07:00:00") == "+09:31:01");
    CHECK(GoTime::zero().format("2006-01-02 06 002") == "0001-01-01 01 001");
    CHECK(GoTime::utc(-1, 999'999'999).printed() == "1969-12-31 23:59:59.999999999 +0000 UTC");
    CHECK(GoTime::utc(253'402'300'800, 0).format("2006-01-02") == "10000-01-01");
    CHECK(GoTime::utc(951'782'400, 0).format("2006-01-02 002") == "2000-02-29 060");
  }

  TEST_CASE("times are read by Go's layouts") {
    CHECK(read(kAnsi, "Thu Feb  4 21:00:57 2010") == "2010-02-04 21:00:57 +0000");
    CHECK(read("Mon Jan 02 15:04:05 -0700 2006", "Thu Feb 04 21:00:57 -0800 2010") ==
          "2010-02-04 21:00:57 -0800");
    CHECK(read("2006-01-02 15:04:05-07", "2010-02-04 21:00:57-08") == "2010-02-04 21:00:57 -0800");
    CHECK(read(kRfc3339, "2010-02-04T21:00:57Z") == "2010-02-04 21:00:57 +0000");
    // A fraction of the seconds is read even where the layout has none.
    CHECK(read(kRfc3339, "2010-02-04T21:00:57.012345678-08:00") ==
          "2010-02-04 21:00:57.012345678 -0800");
    CHECK(read(kAnsi, "Thu Feb  4 21:00:57.0 2010") == "2010-02-04 21:00:57 +0000");
    CHECK(read("Mon Jan _2 15:04:05,000 2006", "Thu Feb  4 21:00:57.012 2010") ==
          "2010-02-04 21:00:57.012 +0000");
    CHECK(read("Mon Jan _2 15:04:05.999 2006", "Thu Feb  4 21:00:57.0123 2010") ==
          "2010-02-04 21:00:57.0123 +0000");
    // Neither the number of blanks nor the case matters.
    CHECK(read(kAnsi, "Thu      Feb     4     21:00:57     2010") == "2010-02-04 21:00:57 +0000");
    CHECK(read(kAnsi, "THU FEB 4 21:00:57 2010") == "2010-02-04 21:00:57 +0000");
    CHECK(read("2006-002 15:04:05", "2010-035 21:00:57") == "2010-02-04 21:00:57 +0000");
    CHECK(read("2006-01-02 002", "2010-02-04 035") == "2010-02-04 00:00:00 +0000");
    CHECK(read("2006-002", "2012-366") == "2012-12-31 00:00:00 +0000");
    CHECK(read("06", "68") == "2068-01-01 00:00:00 +0000");
    CHECK(read("06", "69") == "1969-01-01 00:00:00 +0000");
    CHECK(read("3:04PM", "12:30AM") == "0000-01-01 00:30:00 +0000");
    CHECK(read("3:04pm", "12:30pm") == "0000-01-01 12:30:00 +0000");
    CHECK(read("15:04 -0700", "00:00 +2460") == "0000-01-01 00:00:00 +2500");
  }

  TEST_CASE("times that do not follow the layout are refused") {
    const std::pair<std::string_view, std::string_view> kBad[] = {
        {kAnsi, "Feb  4 21:00:60 2010"},
        {kAnsi, "Thu Feb  4 21:00:57 @2010"},
        {kAnsi, "Thu Feb  4 21:00:60 2010"},
        {kAnsi, "Thu Feb  4 21:61:57 2010"},
        {kAnsi, "Thu Feb  4 24:00:00 2010"},
        {"Mon Jan _2 15:04:05.000 2006", "Thu Feb  4 23:00:59x01 2010"},
        {"Mon Jan _2 15:04:05.000 2006", "Thu Feb  4 23:00:59.xxx 2010"},
        {"Mon Jan _2 15:04:05.000 2006", "Thu Feb  4 23:00:59.-123 2010"},
        {kStampNano, "Dec  7 11:22:01.000000"},
        {kStampNano, "Dec  7 11:22:01.0000000000"},
        {kRfc3339, "2006-01-02T15:04:05Z07:00"},
        {kRfc3339, "2006-01-02T15:04:05_abc"},
        {kRfc3339, "2006-01-02T15:04:05Z_abc"},
        {kRfc3339, "2010-02-04T21:00:67.012345678-08:00"},
        {kRfc3339, "0000-01-01T00:00:.0+00:00"},
        {"_2 Jan 06 15:04 MST", "4 --- 00 00:00 GMT"},
        {"Jan _2 002 2006", "Feb  4 034 2006"},
        {"Jan _2 002 2006", "Feb  4 004 2006"},
        {"2006-002", "2010-366"},
        {"2006-01-02", "2010-02-29"},
        {"2006-01-02", "2010-04-31"},
        {"2006-01-02", "2010-13-01"},
        {"2006-01-02", "2010-00-01"},
        {"2006-01-02", "2010-01-00"},
        {"2006-01-02", "210-01-01"},
        {"3PM", "13PM"},
        {"3PM", "1XM"},
        {"-0700", "+2500"},
        {"-0700", "+0061"},
        {"-0700", "0000"},
        {"05 .000", "57.5 .500"},
        {"2006", "2006 "},
        {"2006", ""},
    };
    for (const auto& [layout, text] : kBad) {
      const std::string shown_layout(layout);
      CAPTURE(shown_layout);
      const std::string shown_text(text);
      CAPTURE(shown_text);
      CHECK(read(layout, text) == "refused");
    }
  }

  TEST_CASE("abbreviations of zones are read as Go knows them") {
    for (const char* name : {"GMT", "GMT+12", "GMT+00", "GMT+3", "GMT-5", "ChST", "MeST", "MSD",
                             "ESAST", "WITA", "+03", "-04", "+00", "-11", "-23"}) {
      CAPTURE(name);
      const auto time = parse_go_time("MST", name, TimeZone::named("UTC"));
      REQUIRE(time);
      CHECK(time->zone == name);
    }
    for (const char* name :
         {"gmt", "MSDY", "ESASTT", "ESATY", "-24", "GMT-51", "GMT+", "PS", "X"}) {
      CAPTURE(name);
      CHECK_FALSE(parse_go_time("MST", name, TimeZone::named("UTC")));
    }
    const auto seoul =
        parse_go_time("2006 15:04 MST", "2026 09:00 KST", TimeZone::named("Asia/Seoul"));
    REQUIRE(seoul);
    CHECK(seoul->offset == 9 * 3600);
  }

  TEST_CASE("durations are written as Go's Duration.String") {
    const std::pair<Duration, const char*> kTexts[] = {
        {0, "0s"},
        {1, "1ns"},
        {1'100, "1.1\xC2\xB5s"},
        {2'200'000, "2.2ms"},
        {3'300'000'000, "3.3s"},
        {245 * kSecond, "4m5s"},
        {245 * kSecond + 1'000'000, "4m5.001s"},
        {18'367 * kSecond + 1'000'000, "5h6m7.001s"},
        {480 * kSecond + 1, "8m0.000000001s"},
        {INT64_MAX, "2562047h47m16.854775807s"},
        {INT64_MIN, "-2562047h47m16.854775808s"},
    };
    for (const auto& [duration, text] : kTexts) CHECK(format_go_duration(duration) == text);
  }
}

}  // namespace logsvc::tmpl
