// Shapes of levels; those of each logger as a whole are in logger_levels_test.cc.
#include "extract/line_level.h"

#include <doctest/doctest.h>

#include "extract/detected_level.h"

namespace logsvc::extract {

TEST_SUITE_BEGIN("extract");

TEST_CASE("detected_level is Loki's where Loki knows one, and the table's elsewhere") {
  for (const char* line : {R"({"severity":"Notice","msg":"an error here"})", "ERROR disk full",
                           "no prefix but warn", R"({"level":"warning"})"}) {
    CHECK(detected_level_of_line(line) == detect_level(line));
    CHECK(detect_level(line) != "unknown");
  }
  CHECK(detected_level_of_line(R"({"level":50,"msg":"pino"})") == "error");
  CHECK(detected_level_of_line(R"({"@t":"2026-01-01T00:00:00Z","@mt":"x"})") == "info");
  CHECK(detected_level_of_line("1:M 01 Jan 2026 12:59:59.123 # x") == "warn");
  CHECK(detected_level_of_line("plain words") == "unknown");
}

TEST_CASE("names of fields are compared without case and underscores, single letters exactly") {
  for (const char* name : {"level", "LEVEL", "Level", "log_level", "logLevel", "LogLevel",
                           "loglevel", "severityText", "SeverityText", "severity_text",
                           "level_name", "levelname", "levelName", "error_severity", "lvl"}) {
    CHECK_MESSAGE(level_of_line("{\"" + std::string(name) + "\":\"ERROR\"}") == "error", name);
  }
  CHECK(level_of_line(R"({"l":"ERROR"})").empty());
  CHECK(level_of_line(R"({"s":"E","msg":"no MongoDB"})").empty());
  CHECK(level_of_line(R"({"label":"Error","msg":"no MySQL"})").empty());
  CHECK(level_of_line(R"({"levels":"ERROR","a_rather_long_name_of_a_level":"ERROR"})").empty());
}

TEST_CASE("a value that is no level does not hide another field that says one") {
  CHECK(level_of_line(R"({"level":"gold","severity":"ERROR"})") == "error");
  CHECK(level_of_line(R"({"level":7,"levelname":"WARNING"})") == "warn");
  CHECK(level_of_line(R"({"level":null,"lvl":"dbg"})") == "debug");
}

TEST_CASE("words of a message are no level") {
  for (const char* line : {R"({"message":"error"})", R"({"msg":"ERROR: x","user":"FATAL"})",
                           "Got ERROR from x", "The WARNING sign", "GET /ERROR 200",
                           "no level, and error=none here", "http: Server closed", "log: x",
                           "retrying after fatal error", "[main] started", "(see ERROR)", ""}) {
    CHECK_MESSAGE(level_of_line(line).empty(), line);
  }
}

TEST_CASE("colours are in nobody's way") {
  CHECK(level_of_line("\x1B[31merror\x1B[39m: x") == "error");
  CHECK(level_of_line("{\"level\":\"\\u001b[32minfo\\u001b[39m\"}") == "info");
  CHECK(level_of_line("\x1B[1m[\x1B[31mERROR\x1B[0m] x") == "error");
}

TEST_SUITE_END();

}  // namespace logsvc::extract
