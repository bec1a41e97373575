// Tests lines without configuration; tests/golden/agent has complete examples.
#include <doctest/doctest.h>

#include "agent/pipeline/automatic/event_time.h"
#include "extract/level.h"
#include "extract/structured_line.h"
#include "support/pipeline_lines.h"

namespace logsvc::agent {

using namespace logsvc::testing;

TEST_SUITE_BEGIN("agent");

TEST_CASE("event times: credible ones are taken, with Docker's order inside the millisecond") {
  const Timestamp now = *parse_rfc3339("2026-01-01T13:00:00.500000007Z");
  const Timestamp ms = *parse_rfc3339("2026-01-01T13:00:00.500Z");
  const auto event_time = [&](const std::string& text, bool is_number) {
    return EventClock().find(text, is_number, now).time;
  };
  CHECK(event_time("2026-01-01T13:00:00.500Z", false) == now);
  CHECK(event_time("2026-01-01T13:00:00.123Z", false) ==
        *parse_rfc3339("2026-01-01T13:00:00.123999999Z"));
  CHECK(event_time("2026-01-01T13:00:00.600Z", false) ==
        *parse_rfc3339("2026-01-01T13:00:00.600Z"));
  CHECK(event_time("2026-01-01T22:00:00.500+09:00", false) == now);
  CHECK(event_time(std::to_string(ms / kMillisecond), true) == now);
  CHECK(event_time("2025-01-01T13:00:00Z", false) == now);
  CHECK(event_time("2026-01-01T14:00:00Z", false) == now);
  CHECK(event_time("1/1/2026, 1:00:00 PM", false) == now);
  CHECK(event_time("20260102130000", true) == now);
  CHECK(event_time("", false) == now);
  CHECK(EventClock().find("2025-01-01T13:00:00Z", false, now).refused);
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
}

TEST_CASE("fields of a line: only whole JSON objects, escapes and nesting stepped over") {
  using extract::LineField;
  using extract::read_json_line;
  const auto f = read_json_line(
      R"( {"a":{"level":"no","x":[1,"}"]},"b":"q\"\\","level":"warn","time":1767268799,"req":{"id":"r"}} )");
  CHECK(f.is_object);
  CHECK(f.get(LineField::kLevel).text == "warn");
  CHECK(f.get(LineField::kTime).text == "1767268799");
  CHECK(!f.get(LineField::kTime).is_string);
  CHECK(f.get(LineField::kRequestId).text == "r");
  CHECK(
      read_json_line(R"({"time":123})").get(LineField::kTime).text.empty());  // has no time's form
  CHECK(read_json_line(R"({"severity":"x","level":"y"})").get(LineField::kLevel).text == "y");
  CHECK(read_json_line(R"({"log":{"level":"y"}})").get(LineField::kLevel).text == "y");
  CHECK(read_json_line("{}").is_object);
  CHECK(read_json_line(R"({"log":"x","stream":"stdout","time":"t"})").is_envelope);
  CHECK(!read_json_line(R"({"log":"x","stream":"stdout","time":"t","level":"a"})").is_envelope);
  for (const char* bad : {"", "{", "x", "[1]", R"({"a":1} tail)", R"({"a")", R"({"a":})",
                          R"({"a":1,})", R"({"a":"b)"}) {
    CHECK_MESSAGE(!read_json_line(bad).is_object, bad);
  }
}

TEST_CASE("logfmt is taken where it is most of the line and says something") {
  using extract::read_logfmt_line;
  CHECK(read_logfmt_line("level=info msg=\"a b\"").pairs == 2);
  CHECK(read_logfmt_line("a=1 b=2").pairs == 0);
  CHECK(read_logfmt_line("some words and then level=info ts=1").pairs == 0);
  CHECK(read_logfmt_line("level=info msg=\"open").pairs == 0);
}

TEST_CASE("a plain line waits for what may follow, and not long") {
  TestJob job("auto: true");
  TextSink sink;
  const auto pipeline = job.job->open({{"__meta_docker_container_name", "/a"}});
  pipeline->process({7, job.clock.now(), "Error: x"}, job.clock.steady_ns(), sink);
  CHECK(sink.texts.empty());
  CHECK(pipeline->oldest_held() == 7);
  job.clock.advance(100 * kMillisecond);
  CHECK(pipeline->next_due() <= job.clock.steady_ns());
  pipeline->flush_due(job.clock.steady_ns(), sink);
  CHECK(sink.texts.size() == 1);
  CHECK(!pipeline->oldest_held());
  pipeline->process({8, job.clock.now(), R"({"level":"info"})"}, job.clock.steady_ns(), sink);
  CHECK(sink.texts.size() == 2);
}

TEST_SUITE_END();

}  // namespace logsvc::agent
