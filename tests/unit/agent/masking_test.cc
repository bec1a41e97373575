// Tests what leaves a pipeline whose agent hides something.
#include <doctest/doctest.h>

#include "agent/jobs/job.h"
#include "support/pipeline_lines.h"

namespace logsvc::agent {
namespace {

using namespace logsvc::testing;

// Returns what lines become in the pipeline of a job that masks.
std::vector<std::string> run(const ScrapeConfig& config, const Labels& labels,
                             const std::vector<std::string>& lines,
                             std::vector<LabelView> metadata = {}) {
  FakeClock clock{*parse_rfc3339("2026-01-01T13:00:00Z")};
  Metrics metrics;
  Diagnostics quiet(clock, LogLevel::kError, LogFormat::kLogfmt, [](std::string_view) {});
  PipelineContext context{clock, metrics, quiet, "h1"};
  context.masker = masking::Masker::of_built_ins();
  std::vector<std::string> warnings;
  const auto job = Job::compile(config, nullptr, context, warnings);
  REQUIRE(job.ok());
  const auto pipeline = (*job)->open_unruled(labels, nullptr);
  TextSink sink;
  uint64_t sequence = 0;
  for (const std::string& line : lines) {
    pipeline->process({++sequence, clock.now(), line, metadata}, clock.steady_ns(), sink);
    clock.advance(kMillisecond);
  }
  pipeline->flush_all(sink);
  return sink.texts;
}

ScrapeConfig automatic() {
  ScrapeConfig out;
  out.job_name = "docker";
  out.automatic = true;
  return out;
}

}  // namespace

TEST_SUITE_BEGIN("agent");

TEST_CASE("level, service, time and blocks come from the line as it was printed") {
  const auto out = run(
      automatic(), {{"job", "a"}},
      {R"({"level":"error","service":"pay","timestamp":"2026-01-01T12:00:00.250Z","card":4111111111111111})",
       "ERROR kim@example.com failed", "    at a.b (c.js:1:2)", "    at 010-1234-5678 (d.js:1:2)"});
  REQUIRE(out.size() == 2);
  CHECK(
      out[0] ==
      R"(2026-01-01T12:00:00.250999999Z {job="a", level="error", service="pay"} )"
      R"({"level":"error","service":"pay","timestamp":"2026-01-01T12:00:00.250Z","card":"<card>"})");
  CHECK(
      out[1].ends_with("ERROR <email> failed\\n    at a.b (c.js:1:2)\\n    at <phone> (d.js:1:2)"));
}

TEST_CASE("values of labels and metadata are masked, in stages' pipelines too") {
  ScrapeConfig stages;
  stages.job_name = "s";
  for (const ScrapeConfig& config : {automatic(), stages}) {
    const auto out =
        run(config, {{"job", "a"}, {"user", "kim@example.com"}}, {"call 010-1234-5678", "again"},
            {{"card", "4111 1111 1111 1111"}, {"x", "y"}});
    REQUIRE(out.size() == 2);
    CHECK(out[0].find("user=\"<email>\"") != std::string::npos);
    CHECK(out[0].find("[card=<card>] [x=y]") != std::string::npos);
    CHECK(out[0].ends_with(" call <phone>"));
    CHECK(out[1].ends_with(" again"));
  }
}

TEST_SUITE_END();

}  // namespace logsvc::agent
