#include "agent/dry_run.h"

#include <doctest/doctest.h>

#include <fstream>
#include <sstream>

#include "agent/promtail/parse_config.h"
#include "support/fake_clock.h"
#include "support/temp_dir.h"

namespace logsvc::agent {
namespace {

using namespace logsvc::testing;

// Returns what is printed for a configuration, without the times in front.
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
  std::ofstream(path + "/a.log", std::ios::app) << "open";
  CHECK(printed(target("__path_exclude__: '" + path + "/b*'")) ==
        "{a=\"b\", filename=\"" + path + "/a.log\"}\tcaf\xC3\xA9\n# " + path +
            "/a.log: 4 bytes behind the last line end wait for theirs\n");
}

TEST_CASE("a trial reads the files that file_sd_configs tell of, and says what it leaves out") {
  TempDir dir;
  std::ofstream(dir.path() + "/a.log") << "one\n";
  std::ofstream(dir.path() + "/t.json")
      << R"([{"targets":["localhost"],"labels":{"job":"sd","__path__":")" << dir.path()
      << R"(/a.log"}}])";
  CHECK(printed("scrape_configs:\n- job_name: j\n  file_sd_configs: [{files: ['" + dir.path() +
                "/t*.json']}]\n  journal: {}\n") ==
        "{filename=\"" + dir.path() + "/a.log\", job=\"sd\"}\tone\n" +
            "# job j: the journal is not looked at by a trial\n");
}

TEST_CASE("lines of standard input are shown as a job without stages sends them") {
  std::istringstream lines("{\"level\":\"error\",\"time\":\"2020-01-01T00:00:00Z\"}\n");
  CHECK(printed("clients: [{url: 'http://u:p@h/x', external_labels: {a: b}}]\n"
                "scrape_configs:\n- job_name: j\n  docker_sd_configs: [{host: 'unix:///x'}]\n"
                "  relabel_configs: [{target_label: a, replacement: b}]\n"
                "- job_name: second\n  static_configs: [{labels: {c: d, __path__: /none}}]\n",
                &lines) ==
        "# lines for http://h/x that have no label a get a=\"b\"\n"
        "# standard input goes through the first job, j, alone\n"
        "{}\t{\"level\":\"error\",\"time\":\"2020-01-01T00:00:00Z\"}\n");
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
