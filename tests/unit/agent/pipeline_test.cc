#include "agent/pipeline/pipeline.h"

#include <doctest/doctest.h>

#include "extract/level.h"
#include "extract/log_line_fields.h"

namespace logsvc::agent {
namespace {

Container container(std::map<std::string, std::string> labels = {}) {
  Container c;
  c.name = "api-1";
  c.labels = std::move(labels);
  return c;
}

const Timestamp kNow = *parse_rfc3339("2026-01-01T13:00:00.500000007Z");

}  // namespace

TEST_SUITE_BEGIN("agent");

TEST_CASE("a Winston line gives service, level and time, and stays as it is") {
  Pipeline pipeline("backend-instance", container());
  const std::string line =
      R"({"service":"api-server","level":"info","message":"Ticketing opened","timestamp":"2026-01-01T13:00:00.123Z"})";
  const PipelineLine out = pipeline.process(OutputStream::kStdout, kNow, line);
  CHECK(
      out.labels.to_string() ==
      R"({container="api-1", host="backend-instance", job="docker", level="info", service="api-server", stream="stdout"})");
  CHECK(out.timestamp / kMillisecond == *parse_rfc3339("2026-01-01T13:00:00.123Z") / kMillisecond);
  CHECK(out.line == line);
}

TEST_CASE("service falls back to compose, then to the container's name") {
  Pipeline plain("h", container());
  CHECK(plain.process(OutputStream::kStderr, kNow, "plain text").labels.to_string() ==
        R"({container="api-1", host="h", job="docker", service="api-1", stream="stderr"})");
  Pipeline compose("h", container({{"com.docker.compose.service", "web"},
                                   {"com.docker.compose.project", "shop"}}));
  const LabelSet labels =
      compose.process(OutputStream::kStdout, kNow, R"({"level":50,"msg":"x"})").labels;
  CHECK(labels.get("service") == "web");
  CHECK(labels.get("compose_project") == "shop");
  CHECK(labels.get("level") == "error");
}

TEST_CASE("nothing of one line is left in the next") {
  Pipeline pipeline("h", container());
  pipeline.process(OutputStream::kStdout, kNow, R"({"service":"a","level":"error"})");
  const PipelineLine next = pipeline.process(OutputStream::kStdout, kNow, R"({"message":"x"})");
  CHECK(next.labels.get("service") == "api-1");
  CHECK(!next.labels.has("level"));
  CHECK(next.timestamp == kNow);
}

TEST_CASE("event times: credible ones are taken, with Docker's order inside the millisecond") {
  const Timestamp ms = *parse_rfc3339("2026-01-01T13:00:00.500Z");
  CHECK(event_time("2026-01-01T13:00:00.500Z", false, kNow) == kNow);
  CHECK(event_time("2026-01-01T13:00:00.123Z", false, kNow) ==
        *parse_rfc3339("2026-01-01T13:00:00.123999999Z"));
  CHECK(event_time("2026-01-01T13:00:00.600Z", false, kNow) ==
        *parse_rfc3339("2026-01-01T13:00:00.600Z"));
  CHECK(event_time("2026-01-01T22:00:00.500+09:00", false, kNow) == kNow);
  CHECK(event_time(std::to_string(ms / kMillisecond), true, kNow) == kNow);
  CHECK(event_time("2025-01-01T13:00:00Z", false, kNow) == kNow);
  CHECK(event_time("2026-01-01T14:00:00Z", false, kNow) == kNow);
  CHECK(event_time("1/1/2026, 1:00:00 PM", false, kNow) == kNow);
  CHECK(event_time("20260102130000", true, kNow) == kNow);
  CHECK(event_time("", false, kNow) == kNow);
}

TEST_CASE("levels of loggers are brought to one set") {
  using extract::normalise_level;
  CHECK(normalise_level("WARNING") == "warn");
  CHECK(normalise_level("http") == "info");
  CHECK(normalise_level("verbose") == "debug");
  CHECK(normalise_level("log") == "info");
  CHECK(normalise_level("30") == "info");
  CHECK(normalise_level("60") == "fatal");
  CHECK(normalise_level("5").empty());
  CHECK(normalise_level("nonsense").empty());
  CHECK(extract::level_of_text("2026-01-01 [ERROR] boom") == "error");
  CHECK(extract::level_of_text("no error here").empty());
  CHECK(extract::level_of_text("TERRORIST").empty());
}

TEST_CASE("fields of a line: only whole JSON objects, escapes and nesting stepped over") {
  using extract::read_log_line;
  const auto f =
      read_log_line(R"( {"a":{"level":"no","x":[1,"}"]},"b":"q\"\\","level":"warn","time":123} )");
  CHECK(f.is_json);
  CHECK(f.level == "warn");
  CHECK(f.time == "123");
  CHECK(f.time_is_number);
  CHECK(read_log_line(R"({"severity":"x","level":"y"})").level == "y");
  CHECK(read_log_line("{}").is_json);
  for (const char* bad : {"", "{", "x", "[1]", R"({"a":1} tail)", R"({"a")", R"({"a":})",
                          R"({"a":1,})", R"({"a":"b)"}) {
    CHECK_MESSAGE(!read_log_line(bad).is_json, bad);
  }
}

TEST_SUITE_END();

}  // namespace logsvc::agent
