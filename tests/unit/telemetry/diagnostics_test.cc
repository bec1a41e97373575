#include "telemetry/diagnostics.h"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "support/fake_clock.h"

namespace logsvc {
namespace {

using testing::FakeClock;

struct World {
  explicit World(LogFormat format = LogFormat::kLogfmt, LogLevel level = LogLevel::kInfo)
      : diagnostics(clock, level, format,
                    [this](std::string_view line) { lines.emplace_back(line); }) {}
  FakeClock clock;
  std::vector<std::string> lines;
  Diagnostics diagnostics;
};

}  // namespace

TEST_SUITE_BEGIN("telemetry");

TEST_CASE("a message is a line of logfmt, with quotes only where they are needed") {
  World w;
  w.diagnostics.info("store", "sealed a file",
                     {{"path", "/data/1.chunk"}, {"why", "a \"b\"\n\x01=\\"}, {"empty", ""}});
  REQUIRE(w.lines.size() == 1);
  CHECK(w.lines[0] ==
        "ts=2027-01-15T08:00:00Z level=info component=store msg=\"sealed a file\" "
        "path=/data/1.chunk why=\"a \\\"b\\\"\\n\\u0001=\\\\\" empty=\"\"\n");
}

TEST_CASE("as JSON it is an object that any parser reads") {
  World w(LogFormat::kJson);
  w.diagnostics.error("agent", "cannot push", {{"why", "a \"b\"\t한글\\"}});
  REQUIRE(w.lines.size() == 1);
  CHECK(nlohmann::json::parse(w.lines[0]) == nlohmann::json{{"ts", "2027-01-15T08:00:00Z"},
                                                            {"level", "error"},
                                                            {"component", "agent"},
                                                            {"msg", "cannot push"},
                                                            {"why", "a \"b\"\t한글\\"}});
}

TEST_CASE("a warning that repeats is written once a minute, with how often it came meanwhile") {
  World w;
  for (int i = 0; i < 5; ++i)
    w.diagnostics.warn("agent", "cannot push", {{"try", std::to_string(i)}});
  w.diagnostics.warn("agent", "another");
  w.diagnostics.warn("server", "cannot push");
  CHECK(w.lines.size() == 3);
  w.clock.step(kHour);  // a wall clock that is set does not make it a minute
  w.diagnostics.warn("agent", "cannot push");
  CHECK(w.lines.size() == 3);
  w.clock.advance(kMinute);
  w.diagnostics.warn("agent", "cannot push");
  REQUIRE(w.lines.size() == 4);
  CHECK(w.lines[3].ends_with("msg=\"cannot push\" repeated=5\n"));
  w.clock.advance(kMinute);
  w.diagnostics.warn("agent", "cannot push");
  CHECK(w.lines[4].ends_with("msg=\"cannot push\"\n"));
}

TEST_CASE("information is never left out, and levels below the chosen one always are") {
  World w;
  for (int i = 0; i < 3; ++i) w.diagnostics.info("store", "sealed");
  CHECK(w.lines.size() == 3);
  w.diagnostics.set_level(LogLevel::kError);
  w.diagnostics.info("store", "sealed");
  w.diagnostics.warn("store", "slow disk");
  CHECK(w.lines.size() == 3);
  w.diagnostics.error("store", "slow disk");
  CHECK(w.lines.size() == 4);
  CHECK(!parse_log_level("Info").ok());
  CHECK(*parse_log_level("debug") == LogLevel::kDebug);
}

TEST_SUITE_END();

}  // namespace logsvc
