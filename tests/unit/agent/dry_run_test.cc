#include "agent/dry_run.h"

#include <doctest/doctest.h>

#include <fstream>
#include <sstream>

#include "support/fake_clock.h"
#include "support/temp_dir.h"

namespace logsvc::agent {
namespace {

using namespace logsvc::testing;

// What is printed for a configuration, without the times in front.
std::string printed(const std::string& yaml, std::istream* lines = nullptr) {
  const auto config = parse_promtail_config("p.yaml", yaml, {});
  REQUIRE_MESSAGE(config.ok(), config.error().message);
  FakeClock clock{*parse_rfc3339("2026-01-01T13:00:00Z")};
  Metrics metrics;
  Diagnostics quiet(clock, LogLevel::kError, LogFormat::kLogfmt, [](std::string_view) {});
  std::ostringstream out;
  DryRunOptions options;
  options.lines = lines;
  options.host = "h1";
  REQUIRE(dry_run(*config, options, clock, metrics, quiet, out).ok());
  std::string text = out.str();
  const std::string time = "2026-01-01T13:00:00Z\t";
  for (size_t at; (at = text.find(time)) != std::string::npos;) text.erase(at, time.size());
  return text;
}

}  // namespace

TEST_SUITE_BEGIN("agent");

TEST_CASE("a trial takes the files that would be read, as they would be read") {
  TempDir dir;
  const std::string path = dir.path();
  std::ofstream(path + "/a.log") << "caf\xE9\n";
  std::ofstream(path + "/b.log") << "excluded\n";
  const std::string job = "scrape_configs:\n- job_name: j\n  encoding: iso-8859-1\n";
  const auto target = [&](const std::string& more) {
    return job + "  static_configs: [{labels: {a: b, __path__: '" + path + "/*.log', " + more +
           "}}]\n  pipeline_stages: []\n";
  };
  CHECK(printed(target("__path_exclude__: '" + path + "/b*'")) ==
        "{a=\"b\", filename=\"" + path + "/a.log\"}\tcaf\xC3\xA9\n");
  CHECK(printed(target("__host__: another")) == "");
}

TEST_CASE("lines of standard input have the labels of static_configs, and no rule drops them") {
  std::istringstream lines("one\r\n\ntwo\n");
  CHECK(printed("scrape_configs:\n- job_name: j\n"
                "  static_configs: [{labels: {a: b, __path__: /none}}]\n"
                "  relabel_configs: [{action: drop, regex: '.*'}]\n"
                "  pipeline_stages: [{match: {selector: '{a=\"b\"}', "
                "stages: [{static_labels: {c: d}}]}}]\n",
                &lines) == "{a=\"b\", c=\"d\"}\tone\n{a=\"b\", c=\"d\"}\ttwo\n");
}

TEST_SUITE_END();

}  // namespace logsvc::agent
