#include <doctest/doctest.h>

#include "gotext/template/template.h"

namespace logsvc::tmpl {
namespace {

// This is 2026-03-09 12:34:56.789012345 UTC, a Monday.
constexpr Timestamp kTime = 1'773'059'696'789'012'345;

std::string rendered(const std::string& text) {
  auto parsed = Template::parse("line", text);
  if (!parsed.ok()) return parsed.error().message;
  std::string out;
  const auto labels = std::make_shared<const Labels>(Labels{{"f", "2006"}, {"x", "y"}});
  const Status status = parsed->render(kTime, "line", labels, out);
  return status.ok() ? out : status.error().message;
}

// Calls the method on the entry's time in UTC.
std::string of_time(const std::string& call) {
  return rendered("{{ $t := __timestamp__.UTC }}{{ " + call + " }}");
}

}  // namespace

TEST_SUITE("gotext") {
  TEST_CASE("methods of a time: parts of the calendar and the clock") {
    CHECK(of_time("$t.Year") == "2026");
    CHECK(of_time("$t.Month") == "March");
    CHECK(of_time("$t.Month.String") == "March");
    CHECK(of_time("printf `%d %v %s %02d` $t.Month $t.Month $t.Weekday $t.Weekday") ==
          "3 March Monday 01");
    CHECK(of_time("$t.Day") == "9");
    CHECK(of_time("$t.Weekday") == "Monday");
    CHECK(of_time("$t.YearDay") == "68");
    CHECK(of_time("$t.Hour") == "12");
    CHECK(of_time("$t.Minute") == "34");
    CHECK(of_time("$t.Second") == "56");
    CHECK(of_time("$t.Nanosecond") == "789012345");
    CHECK(of_time("if eq $t.Month 3 }}spring{{ end") == "spring");
  }

  TEST_CASE("methods of a time: numbers, texts and places") {
    CHECK(of_time("$t.Unix") == "1773059696");
    CHECK(of_time("$t.UnixMilli") == "1773059696789");
    CHECK(of_time("$t.UnixMicro") == "1773059696789012");
    CHECK(of_time("$t.UnixNano") == "1773059696789012345");
    CHECK(of_time("$t.String") == "2026-03-09 12:34:56.789012345 +0000 UTC");
    CHECK(of_time("$t.Format `2006-01-02T15:04:05.000Z07:00`") == "2026-03-09T12:34:56.789Z");
    CHECK(of_time("`2006` | $t.Format") == "2026");
    CHECK(of_time("$t.Format .f") == "2026");
    CHECK(of_time("$t.Location") == "UTC");
    CHECK(rendered("{{ $seoul := toDateInZone `2006-01-02` `Asia/Seoul` `2026-01-01` }}"
                   "{{ $seoul.Location }} {{ (__timestamp__.In $seoul.Location).Format `15 -0700 "
                   "MST` }}") == "Asia/Seoul 21 +0900 KST");
    CHECK(rendered("{{ (unixToTime `1773059696`).UTC.Hour }}") == "12");
    CHECK(rendered("{{ (toDate `2006-01-02` `nonsense`).IsZero }}") == "true");
    CHECK(rendered("{{ __timestamp__.Unix }} {{ __timestamp__.UTC.Format \"2006\" }}") ==
          "1773059696 2026");
    CHECK(rendered("{{ now.IsZero }}") == "false");
  }

  TEST_CASE("methods of a time: arithmetic and comparison") {
    CHECK(of_time("($t.Add 3600000000000).Hour") == "13");
    CHECK(of_time("($t.Add -86400000000000).Weekday") == "Sunday");
    CHECK(of_time("($t.AddDate 0 1 -9).Format `2006-01-02`") == "2026-03-31");
    CHECK(of_time("($t.AddDate 1 -14 0).Format `2006-01-02`") == "2026-01-09");
    CHECK(of_time("($t.Truncate 3600000000000).Format `15:04:05.999`") == "12:00:00");
    CHECK(of_time("($t.Round 3600000000000).Format `15:04:05.999`") == "13:00:00");
    CHECK(of_time("($t.Truncate 0).Equal $t") == "true");
    CHECK(of_time("$t.After ($t.Add 1)") == "false");
    CHECK(of_time("$t.Before ($t.Add 1)") == "true");
    CHECK(of_time("$t.Compare ($t.Add 1)") == "-1");
    CHECK(of_time("($t.Add 5400000000000).Sub $t") == "1h30m0s");
    CHECK(of_time("(($t.Add 5400000000000).Sub $t).Minutes") == "90");
    CHECK(of_time("(($t.Add 1500000).Sub $t).String") == "1.5ms");
    CHECK(of_time("(($t.Add -1500000000).Sub $t).Seconds") == "-1.5");
    CHECK(of_time("(($t.Add -1500000000).Sub $t).Abs.Milliseconds") == "1500");
    CHECK(of_time("(($t.Add 1700000000).Sub $t).Round 1000000000") == "2s");
    CHECK(of_time("(($t.Add 1700000000).Sub $t).Truncate 1000000000") == "1s");
    CHECK(of_time("(($t.AddDate 900 0 0).Sub $t).Hours") == "2.5620477880152157e+06");
    // Across the change to summer time either the wall clock stays, or the hours do.
    CHECK(rendered("{{ $t := toDateInZone `2006-01-02 15` `Europe/Berlin` `2026-03-28 12` }}"
                   "{{ ($t.AddDate 0 0 1).Format `15 -0700` }} "
                   "{{ ($t.Add 86400000000000).Format `15 MST` }}") == "12 +0200 13 CEST");
  }

  TEST_CASE("what is no method says so in Go's words") {
    const std::string at = "template: line:1:";
    CHECK(of_time("$t.Format")
              .find("executing \"line\" at <$t.Format>: wrong number of args for "
                    "Format: want 1 got 0") != std::string::npos);
    CHECK(of_time("$t.Year 1").find("wrong number of args for Year: want 0 got 1") !=
          std::string::npos);
    CHECK(of_time("$t.Nope").find("can't evaluate field Nope in type time.Time") !=
          std::string::npos);
    CHECK(of_time("$t.Date").find("function Date has 3 return values; should be 1 or 2") !=
          std::string::npos);
    CHECK(of_time("$t.ISOWeek").find("second return value should be error; is int") !=
          std::string::npos);
    CHECK(of_time("$t.Add `1h`").find("expected integer; found `1h`") != std::string::npos);
    CHECK(of_time("$t.Sub 5").find("can't handle 5 for arg of type time.Time") !=
          std::string::npos);
    CHECK(of_time("$t.Format $t.Year").find("wrong type for value; expected string; got int") !=
          std::string::npos);
    CHECK(rendered("{{ .x.Year }}").starts_with(at));
    CHECK(rendered("{{ .x.Year }}").find("can't evaluate field Year in type string") !=
          std::string::npos);
  }
}

}  // namespace logsvc::tmpl
