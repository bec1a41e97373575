#include "agent/promtail/convert.h"

#include <doctest/doctest.h>

#include <fstream>

#include "agent/agent_config.h"
#include "agent/promtail/parse_config.h"
#include "support/pipeline_lines.h"
#include "support/temp_dir.h"

namespace logsvc::agent {
namespace {

using namespace logsvc::testing;

PromtailConfig parsed(const std::string& yaml) {
  const auto config = parse_promtail_config("p.yaml", yaml, {});
  REQUIRE_MESSAGE(config.ok(), config.error().message);
  return *config;
}
std::string converted(const std::string& yaml) {
  return convert_to_settings(parsed(yaml), "p.yaml");
}
size_t marks(const std::string& text) {
  size_t out = 0;
  for (size_t at = 0; (at = text.find("# * ", at)) != std::string::npos; ++at) ++out;
  return out;
}
bool says(const std::string& text, const std::string& what) {
  return text.find(what) != std::string::npos;
}

// Keeps entries as they are pushed.
class Entries : public LineSink {
 public:
  struct Entry {
    std::string labels, line;
    Timestamp time;
  };
  void add(const OutputLine& line) override {
    all.push_back({std::string(line.labels), std::string(line.line), line.timestamp});
  }
  std::vector<Entry> all;
};

constexpr char kHead[] =
    "clients: [{url: 'http://loki:3100/loki/api/v1/push'}]\nscrape_configs:\n- job_name: docker\n"
    "  docker_sd_configs: [{host: 'unix:///var/run/docker.sock', refresh_interval: 5s}]\n";

// Takes a container's lines through a job.
std::vector<Entries::Entry> run(const Job& job, const std::vector<std::string>& lines) {
  Labels container{{"__meta_docker_container_name", "/api"},
                   {"__meta_docker_container_log_stream", "stdout"},
                   {"__meta_docker_container_label_com_docker_compose_project", "shop"}};
  std::sort(container.begin(), container.end());
  const auto pipeline = job.open(container);
  REQUIRE(pipeline);
  Entries out;
  uint64_t sequence = 0;
  for (const std::string& line : lines)
    pipeline->process({++sequence, static_cast<Timestamp>(sequence) * kSecond, line}, 0, out);
  pipeline->flush_all(out);
  return out.all;
}

}  // namespace

TEST_SUITE_BEGIN("agent");

TEST_CASE("convert: what settings say the same, and what needs the file") {
  const std::string text = converted(R"(
clients: [{url: http://loki:3100/loki/api/v1/push, external_labels: {host: web-1, region: eu}}]
scrape_configs:
- job_name: docker
  docker_sd_configs: [{host: tcp://d:2375}]
  pipeline_stages: [{json: {expressions: {a: }}}, {tenant: {value: x}}]
)");
  CHECK(says(text, "push: \"http://loki:3100/loki/api/v1/push\"\n"));
  CHECK(says(text, "host_label: web-1\n"));
  CHECK(says(text, "docker: \"tcp://d:2375\"\n"));
  CHECK(says(text, "# * external label region"));
  CHECK(says(text, "# json: needs no setting"));
  CHECK(says(text, "# * stage tenant"));
}

TEST_CASE("convert: nothing is claimed that the settings do not do") {
  const auto of = [](const std::string& rest) { return converted(kHead + rest); };
  const std::string usual =
      of("  relabel_configs: [{target_label: job, replacement: containerlogs}]\n"
         "  pipeline_stages: [{json: {expressions: {msg: message, userId: userId}}}, "
         "{labels: {userId: }}, {output: {source: msg}}]\n");
  CHECK(marks(usual) == 3);
  for (const char* stage :
       {"{labels: {level: }}", "{labels: {service: svc}}", "{output: {source: a}}",
        "{timestamp: {source: a, format: '2006'}}", "{multiline: {firstline: '^x'}}",
        "{decolorize: }", "{static_labels: {env: prod}}", "{drop: {expression: x}}",
        "{match: {selector: '{a=\"b\"}', stages: []}}", "{labeldrop: [host]}"}) {
    CAPTURE(std::string(stage));
    CHECK(marks(of("  pipeline_stages: [" + std::string(stage) + "]\n")) == 1);
  }
  for (const char* rule :
       {"{source_labels: [__meta_docker_container_name], regex: '/x-(.*)', target_label: "
        "container}",
        "{source_labels: [__meta_docker_container_log_stream], target_label: logstream}",
        "{source_labels: [__meta_docker_container_id], target_label: service}",
        "{source_labels: [__meta_docker_container_name], target_label: host}",
        "{target_label: job, replacement: other}", "{action: labeldrop, regex: a}",
        "{source_labels: [__meta_docker_container_name], regex: x, action: keep}"}) {
    CAPTURE(std::string(rule));
    CHECK(marks(of("  relabel_configs: [" + std::string(rule) + "]\n")) == 1);
  }
  for (const char* client :
       {"basic_auth: {username: a, password: hush}", "bearer_token: hush", "headers: {X-A: hush}",
        "proxy_url: http://p", "tls_config: {insecure_skip_verify: true}",
        "follow_redirects: false",
        "oauth2: {client_id: a, client_secret: hush, token_url: 'http://t'}"}) {
    CAPTURE(std::string(client));
    const std::string text = converted(
        "clients: [{url: 'http://h/x', " + std::string(client) +
        "}]\nscrape_configs: [{job_name: a, docker_sd_configs: [{host: 'unix:///x'}]}]\n");
    CHECK(marks(text) == 1);
    CHECK(!says(text, "hush"));
  }
  // Settings that do not mention containers would read them all.
  CHECK(says(converted("scrape_configs: [{job_name: a, journal: {}}]\n"),
             "* no job reads containers"));
}

TEST_CASE("convert: what has no mark gives the same lines") {
  const std::string yaml = std::string(kHead) + R"(  relabel_configs:
  - {source_labels: [__meta_docker_container_name], regex: '/(.*)', target_label: container}
  - {source_labels: [__meta_docker_container_log_stream], target_label: stream}
  - {source_labels: [__meta_docker_container_label_com_docker_compose_project], target_label: compose_project}
  - {target_label: host, replacement: backend-instance}
  - {target_label: job, replacement: docker}
  pipeline_stages:
  - docker: {}
  - json: {expressions: {level: level}}
)";
  const std::string text = converted(yaml);
  CAPTURE(text);
  REQUIRE(marks(text) == 0);
  TempDir dir;
  const std::string path = dir.path() + "/agent.yaml";
  std::ofstream(path) << text;
  const auto settings = config::Settings::resolve(
      agent_settings(), {}, [](const std::string&) { return std::nullopt; }, path);
  REQUIRE_MESSAGE(settings.ok(), settings.error().message);
  const auto made = make_agent_config(*settings);
  REQUIRE_MESSAGE(made.ok(), made.error().message);
  CHECK(made->clients.at(0).url == "http://loki:3100/loki/api/v1/push");

  FakeClock clock{0};
  Metrics metrics;
  Diagnostics quiet(clock, LogLevel::kError, LogFormat::kLogfmt, [](std::string_view) {});
  const PipelineContext original{clock, metrics, quiet, "machine"};
  std::vector<std::string> warnings;
  const auto jobs = compile_jobs(parsed(yaml), original, warnings);
  REQUIRE(jobs.ok());
  const auto own = Job::automatic(nullptr, {clock, metrics, quiet, made->host_label});
  const std::vector<std::string> lines{"started", "{\"level\":\"error\",\"message\":\"x\"}",
                                       "user 17 paid"};
  const auto theirs = run(*(*jobs)[0], lines), ours = run(*own, lines);
  REQUIRE(theirs.size() == ours.size());
  for (size_t i = 0; i < theirs.size(); ++i) {
    CAPTURE(i);
    CHECK(theirs[i].line == ours[i].line);
    CHECK(theirs[i].time == ours[i].time);
    // The agent sets every label that the file sets, and more.
    for (const char* label : {"container=\"api\"", "stream=\"stdout\"", "compose_project=\"shop\"",
                              "host=\"backend-instance\"", "job=\"docker\""}) {
      CAPTURE(std::string(label));
      CHECK(says(theirs[i].labels, label));
      CHECK(says(ours[i].labels, label));
    }
  }
}

TEST_SUITE_END();

}  // namespace logsvc::agent
