// Tests pipelines of stages with lines that do not fit well into a golden file.
#include <doctest/doctest.h>

#include "support/pipeline_lines.h"

namespace logsvc::agent {
namespace {

using namespace logsvc::testing;
using Lines = std::vector<std::string>;

constexpr const char* kPath = "/var/lib/docker/containers/abc/abc-json.log";

std::string record(const std::string& log, const std::string& time, const char* stream = "stdout") {
  return R"({"log":")" + log + R"(","stream":")" + stream + R"(","time":"2026-01-01T)" + time +
         R"(Z"})";
}
std::string part(char c) { return std::string(16384, c); }

// Returns the lines without labels and times.
Lines run(const Lines& lines, const std::string& path = kPath) {
  TestJob job(
      "pipeline_stages:\n- docker: {}\n- template: {source: output, template: '{{ .output }}'}\n"
      "- output: {source: output}");
  Lines out = job.run({{"filename", path}}, lines);
  for (std::string& line : out) line.erase(0, line.find("} ") + 2);
  return out;
}

}  // namespace

TEST_SUITE_BEGIN("agent");

TEST_CASE("pieces of a long line in a json-file are one line, each stream by itself") {
  CHECK(run({record(part('a'), "12:00:00.1"), record("between\\n", "12:00:00.2", "stderr"),
             record(part('b'), "12:00:00.1"), record("end\\n", "12:00:00.1"),
             record("next\\n", "12:00:00.3")}) ==
        Lines{"between\\n", part('a') + part('b') + "end\\n", "next\\n"});
}

TEST_CASE("what only looks like a piece is a line") {
  // A piece has another time, is short, or is not in one of Docker's files.
  CHECK(run({record(part('a'), "12:00:00.1"), record("other\\n", "12:00:00.2")}) ==
        Lines{part('a'), "other\\n"});
  CHECK(run({record("short", "12:00:00.1"), record("other\\n", "12:00:00.1")}) ==
        Lines{"short", "other\\n"});
  CHECK(run({record(part('a'), "12:00:00.1"), record("b\\n", "12:00:00.1")}, "/var/log/app.log") ==
        Lines{part('a'), "b\\n"});
}

TEST_CASE("a piece that nothing follows is held for a while, and no longer") {
  TestJob job("pipeline_stages:\n- docker: {}");
  TextSink sink;
  const auto pipeline = job.job->open({{"filename", kPath}});
  pipeline->process({1, job.clock.now(), record(part('a'), "12:00:00.1")}, job.clock.steady_ns(),
                    sink);
  CHECK(sink.texts.empty());
  CHECK(pipeline->oldest_held() == 1);
  job.clock.advance(20 * kSecond);
  CHECK(pipeline->next_due() <= job.clock.steady_ns());
  pipeline->flush_due(job.clock.steady_ns(), sink);
  CHECK(sink.texts.size() == 1);
  CHECK(!pipeline->oldest_held());
}

TEST_CASE("bytes that are no UTF-8 go through stages as they are, and out as U+FFFD") {
  TestJob job(
      "pipeline_stages:\n- regex: {expression: '^(?P<rest>.).$'}\n- output: {source: rest}");
  CHECK(job.run({{"a", "b"}}, {"\xFFx", "caf\xE9 x"}) ==
        Lines{"2026-01-01T13:00:00Z {a=\"b\"} \xEF\xBF\xBD",
              "2026-01-01T13:00:00.001Z {a=\"b\"} caf\xEF\xBF\xBD x"});
}

TEST_SUITE_END();

}  // namespace logsvc::agent
