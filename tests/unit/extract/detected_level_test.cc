#include "extract/detected_level.h"

#include <doctest/doctest.h>

namespace logsvc::extract {

TEST_SUITE_BEGIN("extract");

TEST_CASE("levels of JSON lines: the first string member of that name, at most two objects deep") {
  CHECK(detect_level(R"({"level":"warning","msg":"x"})") == "warn");
  CHECK(detect_level(R"( {"a":{"severity" : "ERR"}} )") == "error");
  CHECK(detect_level(R"({"log.level":"info"})") == "info");
  CHECK(detect_level(R"({"level":30,"lvl":"dbg"})") == "debug");
  CHECK(detect_level(R"({"a":{"b":{"level":"dbg"}}})") == "unknown");
  CHECK(detect_level(R"({"a":[{"level":"dbg"}]})") == "unknown");
  CHECK(detect_level(R"({"level":30,"msg":"pino"})") == "unknown");
  CHECK(detect_level(R"({"a":"level","level":"fatal"})") == "fatal");
  CHECK(detect_level(R"({"a":"\"level\":\"info\"","lvl":"trc"})") == "trace");
  CHECK(detect_level(R"({"severity":"Notice","msg":"an error here"})") == "error");
  CHECK(detect_level(R"({"level":")") == "unknown");
}

TEST_CASE("levels of key=value lines: the best name wins, a bad pair ends the search") {
  CHECK(detect_level("ts=1 lvl=dbg level=info") == "info");
  CHECK(detect_level("LEVEL=Error") == "error");
  CHECK(detect_level("a=b\"c level=dbg x") == "unknown");
  CHECK(detect_level("level=\"warning\" a=1") == "warn");
  CHECK(detect_level("loglevel=ERROR") == "error");
  CHECK(detect_level("msg=\"level=debug inside quotes\"") == "debug");
  CHECK(detect_level("level=") == "unknown");
}

TEST_CASE("levels of plain lines: the earliest severity word between its neighbours") {
  CHECK(detect_level("ERROR disk full, warn") == "error");
  CHECK(detect_level("warning: low") == "warn");
  CHECK(detect_level("[CRITICAL] x") == "critical");
  CHECK(detect_level("ERR something") == "error");
  CHECK(detect_level("debugging") == "unknown");
  CHECK(detect_level("an information line") == "unknown");
  CHECK(detect_level("no-error") == "unknown");
  CHECK(detect_level("") == "unknown");
  CHECK(detect_level("fatal") == "fatal");
}

TEST_CASE("severity numbers of OpenTelemetry") {
  CHECK(level_of_severity_number("0") == "unknown");
  CHECK(level_of_severity_number("1") == "trace");
  CHECK(level_of_severity_number("8") == "debug");
  CHECK(level_of_severity_number("9") == "info");
  CHECK(level_of_severity_number("17") == "error");
  CHECK(level_of_severity_number("24") == "fatal");
  CHECK(level_of_severity_number("25") == "unknown");
  CHECK(level_of_severity_number("x") == "info");
}

TEST_SUITE_END();

}  // namespace logsvc::extract
