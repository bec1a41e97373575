// Tests forms of levels; logger_levels_test.cc has complete lines of each logger.
#include <doctest/doctest.h>

#include "support/said_level.h"

namespace logsvc::agent {

using testing::said_level;

TEST_SUITE_BEGIN("agent");

TEST_CASE("names of fields are compared without case and underscores, single letters exactly") {
  for (const char* name : {"level", "LEVEL", "Level", "log_level", "logLevel", "LogLevel",
                           "loglevel", "severityText", "SeverityText", "severity_text",
                           "level_name", "levelname", "levelName", "error_severity", "lvl"}) {
    CHECK_MESSAGE(said_level("{\"" + std::string(name) + "\":\"ERROR\"}") == "error", name);
  }
  CHECK(said_level(R"({"l":"ERROR"})").empty());
  CHECK(said_level(R"({"s":"E","msg":"no MongoDB"})").empty());
  CHECK(said_level(R"({"label":"Error","msg":"no MySQL"})").empty());
  CHECK(said_level(R"({"levels":"ERROR","a_rather_long_name_of_a_level":"ERROR"})").empty());
}

TEST_CASE("a value that is no level does not hide another field that says one") {
  CHECK(said_level(R"({"level":"gold","severity":"ERROR"})") == "error");
  CHECK(said_level(R"({"level":7,"levelname":"WARNING"})") == "warn");
  CHECK(said_level(R"({"level":null,"lvl":"dbg"})") == "debug");
}

TEST_CASE("words of a message are no level") {
  for (const char* line : {R"({"message":"error"})", R"({"msg":"ERROR: x","user":"FATAL"})",
                           "Got ERROR from x", "The WARNING sign", "GET /ERROR 200",
                           "no level, and error=none here", "http: Server closed", "log: x",
                           "retrying after fatal error", "[main] started", "(see ERROR)", ""}) {
    CHECK_MESSAGE(said_level(line).empty(), line);
  }
}

TEST_CASE("colours are in nobody's way") {
  CHECK(said_level("\x1B[31merror\x1B[39m: x") == "error");
  CHECK(said_level("{\"level\":\"\\u001b[32minfo\\u001b[39m\"}") == "info");
  CHECK(said_level("\x1B[1m[\x1B[31mERROR\x1B[0m] x") == "error");
}

TEST_SUITE_END();

}  // namespace logsvc::agent
