// Tests the sources that agent.yaml configures, and stages around the automatic pipeline.
#include "agent/reading_config.h"

#include <doctest/doctest.h>

#include <fstream>

#include "agent/agent_config.h"
#include "agent/jobs/job.h"
#include "agent/pipeline/pipeline_entry.h"
#include "support/pipeline_lines.h"
#include "support/temp_dir.h"

namespace logsvc::agent {
namespace {

using namespace logsvc::testing;

ReadingConfig parsed(const std::string& yaml) {
  auto config = parse_reading_config("agent.yaml", yaml, "h1");
  REQUIRE_MESSAGE(config.ok(), config.error().message);
  return std::move(*config);
}

std::string fault(const std::string& yaml) {
  const auto config = parse_reading_config("agent.yaml", yaml, "h1");
  return config.ok() ? "" : config.error().message;
}

Container container(const std::string& name, const std::string& image,
                    std::map<std::string, std::string> labels = {}) {
  Container out;
  out.name = name;
  out.image = image;
  out.labels = std::move(labels);
  return out;
}

// Returns what lines become through the job of containers.
std::vector<std::string> run(const ReadingConfig& config, const std::vector<std::string>& lines,
                             StageObserver* observer = nullptr) {
  FakeClock clock{*parse_rfc3339("2026-01-01T13:00:00Z")};
  Metrics metrics;
  Diagnostics quiet(clock, LogLevel::kError, LogFormat::kLogfmt, [](std::string_view) {});
  std::vector<std::string> warnings;
  const auto job = Job::compile(config.docker, nullptr, {clock, metrics, quiet, "h1"}, warnings);
  REQUIRE(job.ok());
  const auto pipeline = (*job)->open({{"__meta_docker_container_name", "/app"}}, {}, observer);
  TextSink sink;
  uint64_t sequence = 0;
  for (const std::string& line : lines) {
    pipeline->process({++sequence, clock.now(), line}, clock.steady_ns(), sink);
    clock.advance(kMillisecond);
  }
  pipeline->flush_all(sink);
  return sink.texts;
}

}  // namespace

TEST_SUITE_BEGIN("agent");

TEST_CASE("include and exclude: a rule's keys all hold, one rule suffices, exclude wins") {
  const auto rules = parsed(
                         "include:\n"
                         "- api-*\n"
                         "- {compose_project: shop, image: [nginx, registry:5000/shop/*]}\n"
                         "- label: tier=back*\n"
                         "exclude: {name: [api-test, '?-debug'], label: quiet}\n")
                         .containers;
  CHECK(!rules.keep(container("web", "nginx")));
  CHECK(rules.keep(container("api-1", "node")));
  CHECK(rules.keep(container("web", "nginx:1.27", {{"com.docker.compose.project", "shop"}})));
  CHECK(rules.keep(container("web", "registry:5000/shop/api@sha256:0",
                             {{"com.docker.compose.project", "shop"}})));
  CHECK(rules.keep(container("x", "y", {{"tier", "backend"}})));
  CHECK(rules.keep(container("api-test", "node")));
  CHECK(!rules.keep(container("api-test", "node", {{"quiet", ""}})));
  CHECK(parsed("").containers.keep(container("any", "thing")));
  CHECK(!parsed("exclude: redis").containers.keep(container("redis", "redis:7")));
}

TEST_CASE("files and journals of agent.yaml have labels of their own") {
  const auto config = parsed(
      "files:\n"
      "- {path: [/a/*.log, /b.log], exclude: /a/x.log, service: nginx, "
      "labels: {tier: edge}}\n"
      "journals:\n"
      "- {matches: _SYSTEMD_UNIT=ssh.service, max_age: 1h}\n");
  REQUIRE(config.others.size() == 2);
  const ScrapeConfig& files = config.others[0];
  REQUIRE(files.files.size() == 2);
  const Labels wanted = {{"__path__", "/a/*.log"}, {"__path_exclude__", "/a/x.log"},
                         {"host", "h1"},           {"job", "files"},
                         {"service", "nginx"},     {"tier", "edge"}};
  CHECK(files.files[0].labels == wanted);
  CHECK(files.automatic);
  REQUIRE(config.others[1].journal);
  CHECK(config.others[1].journal->max_age == kHour);
}

TEST_CASE("faults of agent.yaml have file, line and column, all of them at once") {
  const std::string said = fault(
      "include: [{nam: x}]\n"
      "files:\n"
      "- {pth: /x}\n"
      "stages:\n"
      "  before:\n"
      "  - replce: {expression: x}\n"
      "  after: 3\n");
  for (const char* part :
       {"agent.yaml:1:12: ", "did you mean name", "agent.yaml:3:4: ", "did you mean path",
        "agent.yaml:6:5: ", "did you mean replace", "agent.yaml:7:10: "}) {
    CHECK_MESSAGE(said.find(part) != std::string::npos, part << " in " << said);
  }
  CHECK(fault("stages: [{drop: {expression: x}}]").find("before") != std::string::npos);
  CHECK(fault("exclude: [{}]").find("a rule needs name") != std::string::npos);
}

TEST_CASE("stages before mask and drop, and the line is understood all the same") {
  const auto config = parsed(
      "stages:\n"
      "  before:\n"
      "  - drop: {expression: health}\n"
      "  - replace: {expression: '(\\d{6}-\\d{7})', replace: '***'}\n");
  const std::string json =
      R"({"level":"error","message":"123456-1234567","timestamp":"2026-01-01T12:59:59.123Z"})";
  CHECK(run(config, {"GET /health", json}) ==
        std::vector<std::string>{
            "2026-01-01T12:59:59.123999999Z {container=\"app\", host=\"h1\", job=\"docker\", "
            "level=\"error\", service=\"app\"} "
            R"({"level":"error","message":"***","timestamp":"2026-01-01T12:59:59.123Z"})"});
}

TEST_CASE("what stages before set stays: level, service, time, metadata") {
  const auto config = parsed(
      "stages:\n"
      "  before:\n"
      "  - json: {expressions: {at: at, u: user}}\n"
      "  - timestamp: {source: at, format: RFC3339}\n"
      "  - structured_metadata: {u: }\n"
      "  - static_labels: {level: info, service: mine}\n");
  CHECK(run(config, {R"({"level":"error","service":"x","user":"7","at":"2026-01-01T10:00:00Z",)"
                     R"("time":"2026-01-01T12:59:59Z"})"}) ==
        std::vector<std::string>{
            "2026-01-01T10:00:00Z {container=\"app\", host=\"h1\", job=\"docker\", level=\"info\", "
            "service=\"mine\"} [u=7] "
            R"({"level":"error","service":"x","user":"7","at":"2026-01-01T10:00:00Z",)"
            R"("time":"2026-01-01T12:59:59Z"})"});
}

TEST_CASE("stages after see whole blocks with their labels") {
  const auto config = parsed(
      "stages:\n"
      "  after:\n"
      "  - match: {selector: '{level=\"debug\"}', action: drop}\n"
      "  - replace: {expression: '(secret)', replace: '***'}\n");
  const auto got = run(config, {"DEBUG x", "Error: secret", "    at secret (a.js:1:2)"});
  REQUIRE(got.size() == 1);
  CHECK(got[0].find("level=\"error\"") != std::string::npos);
  CHECK(got[0].ends_with("Error: ***\\n    at *** (a.js:1:2)"));
}

TEST_CASE("the settings of an agent: lists and maps beside flat ones, flags win") {
  TempDir dir;
  const std::string path = dir.path() + "/agent.yaml";
  {
    std::ofstream(path) << "host_label: ${NAME}\nexplain: true\nkeep_colours: true\n"
                           "files: [{path: /x.log, labels: {on: '${NAME}'}}]\n";
  }
  const auto environment = [](const std::string& name) {
    return name == "NAME" ? std::optional<std::string>("web") : std::nullopt;
  };
  config::Settings settings;
  const auto config = load_agent_config(path, {{"keep-colours", "false"}}, environment, settings);
  REQUIRE_MESSAGE(config.ok(), config.error().message);
  CHECK(config->host_label == "web");
  CHECK(config->reading.docker.around.explain);
  CHECK(!config->reading.docker.around.keep_colours);
  REQUIRE(config->reading.others.size() == 1);
  CHECK(*find_label(config->reading.others[0].files[0].labels, "on") == "web");
  CHECK(config->reading.others[0].around.explain);
}

TEST_CASE("explain: metadata says what decided level, service and time") {
  auto config = parsed("");
  config.docker.around.explain = true;
  const auto got =
      run(config, {R"({"severity":"ERROR","message":"x","time":"2026-01-01T12:59:59Z"})", "plain",
                   R"({"level":"info","message":"x","date":"2026-01-01"})"});
  REQUIRE(got.size() == 3);
  CHECK(got[0].find("[level_from=severity] [time_from=time]") != std::string::npos);
  CHECK(got[1].find("[time_from=arrival]") != std::string::npos);
  CHECK(got[2].find("[level_from=level] [time_from=arrival]") != std::string::npos);
}

TEST_SUITE_END();

}  // namespace logsvc::agent
