#include <doctest/doctest.h>

#include "agent/agent_config.h"
#include "agent/promtail/expand_env.h"
#include "agent/promtail/parse_config.h"

namespace logsvc::agent {
namespace {

std::string expanded(const std::string& text) {
  const config::Environment environment = [](const std::string& name) {
    if (name == "A") return std::optional<std::string>("a/b/c");
    if (name == "EMPTY") return std::optional<std::string>("");
    return std::optional<std::string>();
  };
  const auto out = expand_promtail_env(text, environment);
  return out.ok() ? out->text : out.error().message;
}

Result<PromtailConfig> parse(const std::string& text) {
  return parse_promtail_config("p.yaml", text, {});
}
std::string fault(const std::string& text) {
  const auto config = parse(text);
  return config.ok() ? "" : config.error().message;
}

}  // namespace

TEST_SUITE_BEGIN("agent");

TEST_CASE("expand-env: Promtail's rules") {
  CHECK(expanded("[${A}] $A $1 ${1} $$ \\\\ \\/") == "[a/b/c] $A $1  $ \\ /");
  CHECK(expanded("${NO:-x} ${EMPTY:-y} ${A:-z} ${A:+z} ${NO=q}") == "x y a/b/c a/b/c q");
  CHECK(expanded("${NO:-${ALSO:-deep}} ${NO:-a/b}") == "deep a/b");
  CHECK(expanded("${#A} ${A^^} ${A^} ${A:2:3} ${A:4}") == "5 A/B/C A/b/c b/c c");
  CHECK(expanded("${A#*/} ${A##*/} ${A%/*} ${A%%/*}") == "b/c c a/b a");
  CHECK(expanded("${A/\\//-} ${A//b/B}") == "a-b/c a/B/c");
  CHECK(expanded("${A/#a/x} ${A/#b/x} ${A/%c/x} ${A/%b/x}") == "x/b/c a/b/c a/b/x a/b/c");
  CHECK(expanded("${NO:-a$$b\\\\c\\/d}") == "a$$b\\\\c\\/d");
  CHECK(expanded("x\n${A-d}") == "line 2: missing closing brace");
  CHECK(expanded("${}") == "line 1: unable to parse variable name");
  CHECK(expanded("${A") == "line 1: missing closing brace");
}

TEST_CASE("a typical file: every part is typed") {
  const auto config = parse(R"(
server: {http_listen_port: 9081, grpc_listen_port: 0, log_level: warn}
positions: {filename: /tmp/positions.yaml, sync_period: 5s}
clients:
- url: http://loki:3100/loki/api/v1/push
  batchwait: 2s
  batchsize: 102400
  timeout: 15s
  tenant_id: team
  external_labels: {region: eu, host: h1}
  backoff_config: {min_period: 1s, max_period: 1m, max_retries: 0}
  basic_auth: {username: u, password_file: /run/secret}
  tls_config: {ca_file: /ca.pem, min_version: TLS12}
  headers: {X-Custom: v}
  drop_rate_limited_batches: true
limits_config: {readline_rate_enabled: true, readline_rate: 50, max_line_size: 256kb}
target_config: {sync_period: 20s}
scrape_configs:
- job_name: containers
  docker_sd_configs:
  - host: unix:///var/run/docker.sock
    refresh_interval: 5s
    filters: [{name: label, values: [logging=promtail]}]
  relabel_configs: [{source_labels: [__meta_docker_container_name], regex: '/(.*)', target_label: container}]
- job_name: files
  static_configs: [{targets: [localhost], labels: {job: app, __path__: /var/log/*.log}}]
  journal: {max_age: 12h, labels: {job: journal}}
)");
  REQUIRE_MESSAGE(config.ok(), config.error().message);
  CHECK(config->server.http_listen_port == 9081);
  CHECK(config->positions.sync_period == 5 * kSecond);
  REQUIRE(config->clients.size() == 1);
  const ClientConfig& client = config->clients[0];
  CHECK(client.batch_wait == 2 * kSecond);
  CHECK(client.batch_bytes == 102400);
  CHECK(client.tenant_id == "team");
  CHECK(client.external_labels == Labels{{"host", "h1"}, {"region", "eu"}});
  CHECK(client.backoff.max_retries == 0);
  CHECK(client.http.basic_auth->password.file == "/run/secret");
  CHECK(client.http.route.tls.min_version == "TLS12");
  CHECK(client.http.headers == Labels{{"X-Custom", "v"}});
  CHECK(client.drop_rate_limited_batches);
  CHECK(config->limits.max_line_bytes == 256 * 1024);
  CHECK(config->files.sync_period == 20 * kSecond);
  REQUIRE(config->scrapes.size() == 2);
  CHECK(config->scrapes[0].docker[0].filters[0].second ==
        std::vector<std::string>{"logging=promtail"});
  CHECK(config->scrapes[0].relabel[0].regex == "/(.*)");
  CHECK(config->scrapes[1].files[0].labels[0].name == "__path__");
  CHECK(config->scrapes[1].journal->max_age == 12 * kHour);
  CHECK(config->warnings.empty());
}

TEST_CASE("faults say file, line, column and what may be meant; all are said at once") {
  CHECK(fault("clients:\n- url: x\n  batchwiat: 1s\n") ==
        "p.yaml:3:3: unknown key batchwiat in a client; did you mean batchwait?");
  CHECK(fault("nonsense: 1\n").starts_with("p.yaml:1:1: unknown key nonsense"));
  CHECK(fault("limits_config: {}\nlimits_config: {}\n") ==
        "p.yaml:2:1: limits_config is given twice in a Promtail configuration");
  CHECK(fault("clients: [{url: x, batchsize: many}]\n") ==
        "p.yaml:1:31: batchsize: expected a whole number, found \"many\"");
  CHECK(fault("clients: {url: x}\n") == "p.yaml:1:10: clients: expected a list, found a map");
  CHECK(fault("a: [\n").starts_with("p.yaml:"));
  const std::string several = fault("positions: {filname: x}\nscrape_configs: [{}]\n");
  CHECK(several.find("p.yaml:1:13: unknown key filname") != std::string::npos);
  CHECK(several.find("p.yaml:2:18: a scrape_config needs a job_name") != std::string::npos);
  CHECK(fault("scrape_configs: [{job_name: a}, {job_name: a}]\n").find("job_name a") !=
        std::string::npos);
  CHECK(fault("clients: [{url: x, bearer_token: a, basic_auth: {username: b}}]\n")
            .find("at most one of") != std::string::npos);
}

TEST_CASE("values that Promtail refuses, or takes though they look odd") {
  CHECK(parse("clients: [{url: x, batchsize: 1e6}]\n")->clients[0].batch_bytes == 1'000'000);
  CHECK(fault("clients: [{url: x, batchsize: 1.5}]\n").find("a whole number") != std::string::npos);
  CHECK(fault("clients: [{url: x, external_labels: {a: b, a: c}}]\n") ==
        "p.yaml:1:44: a is given twice");
  const std::string job = "scrape_configs:\n- job_name: a\n";
  CHECK(fault(job + "  docker_sd_configs: [{host: 'unix:///x', refresh_interval: 30}]\n")
            .find("has no unit; write 30s") != std::string::npos);
  CHECK(fault(job + "  journal: {matches: '_A=b _TRANSPORT'}\n") ==
        "p.yaml:3:22: matches: _TRANSPORT is no FIELD=value");
  const auto odd =
      parse(job + "  encoding: utf-99\n  decompression: {enabled: true, format: bz2}\n");
  REQUIRE(odd.ok());
  REQUIRE(odd->warnings.size() == 1);
  CHECK(odd->warnings[0] ==
        "p.yaml:3:13: encoding: the system does not know utf-99: no file is read");
}

TEST_CASE("sources that listen, target files and tokens are typed, and checked") {
  const std::string job = "scrape_configs:\n- job_name: a\n";
  const auto config = parse(job + R"(
  syslog: {listen_address: '0.0.0.0:1514', listen_protocol: udp, syslog_format: rfc3164, max_message_length: 0, labels: {a: b}}
  gelf: {use_incoming_timestamp: true}
  file_sd_configs: [{files: [/etc/t/*.json, /etc/t.yml], refresh_interval: 1m}]
clients:
- url: http://h/x
  oauth2: {client_id: a, client_secret_file: /run/s, token_url: 'http://t', scopes: [b, c], endpoint_params: {d: e}}
)");
  REQUIRE_MESSAGE(config.ok(), config.error().message);
  const ScrapeConfig& scrape = config->scrapes[0];
  CHECK(scrape.syslog->listen_protocol == "udp");
  CHECK(scrape.syslog->max_message_bytes == 8192);
  CHECK(scrape.gelf->listen_address == "0.0.0.0:12201");
  CHECK(scrape.file_sd[0].files.size() == 2);
  const OAuth2Config& oauth2 = *config->clients[0].http.oauth2;
  CHECK(oauth2.client_secret.file == "/run/s");
  CHECK(oauth2.scopes == std::vector<std::string>{"b", "c"});
  CHECK(oauth2.endpoint_params[0].second == "e");
  CHECK(config->warnings.empty());
  for (const auto& one : std::vector<std::pair<std::string, std::string>>{
           {"  syslog: {listen_address: nowhere}\n", "expected host:port"},
           {"  syslog: {listen_address: ':1', listen_protocol: sctp}\n", "must be tcp or udp"},
           {"  syslog: {listen_address: ':1', syslog_format: other}\n", "rfc5424 or rfc3164"},
           {"  syslog: {listen_address: ':1', max_message_length: -1}\n", "max_message_length"},
           {"  syslog: {listen_adress: ':1'}\n", "did you mean listen_address"},
           {"  file_sd_configs: [{files: []}]\n", "at least one"},
           {"  file_sd_configs: [{files: [/a/*/t.json]}]\n", "at most one *"},
           {"  file_sd_configs: [{files: [/a/t.txt]}]\n", "must end in .json"},
           {"clients: [{url: x, oauth2: {client_id: a}}]\n", "token_url must not be empty"},
           {"clients: [{url: x, headers: {'a b': c}}]\n", "no name of a header"}}) {
    CAPTURE(one.first);
    CHECK(fault(job + one.first).find(one.second) != std::string::npos);
  }
}

TEST_CASE("a push target has a server of its own, of which what cannot be had is refused") {
  const std::string job = "scrape_configs:\n- job_name: a\n  loki_push_api:\n";
  const auto config = parse(job + R"(
    server: {http_listen_address: 127.0.0.1, http_listen_port: 3500, grpc_listen_port: 3600, log_level: warn,
      http_path_prefix: /in/, http_listen_conn_limit: 50, http_server_idle_timeout: 2m, http_server_read_timeout: 20s,
      graceful_shutdown_timeout: 5s}
    use_incoming_timestamp: true
    labels: {pushserver: one}
)");
  REQUIRE_MESSAGE(config.ok(), config.error().message);
  const PushApiConfig& push = *config->scrapes[0].push_api;
  CHECK(push.listen_address == "127.0.0.1");
  CHECK(push.listen_port == 3500);
  CHECK(push.path_prefix == "/in");
  CHECK(push.max_connections == 50);
  CHECK(push.idle_timeout == 2 * kMinute);
  CHECK(push.read_timeout == 20 * kSecond);
  CHECK(push.use_incoming_timestamp);
  CHECK(push.labels == Labels{{"pushserver", "one"}});
  CHECK(config->warnings.empty());
  CHECK(parse(job + "    labels: {a: b}\n")->warnings.at(0).find("a free port is taken") !=
        std::string::npos);
  for (const auto& one : std::vector<std::pair<std::string, std::string>>{
           {"    server: {http_listen_port: 70000}\n",
            "4:32: http_listen_port: expected 0 to 65535"},
           {"    server: {http_listen_prot: 1}\n", "did you mean http_listen_port"},
           {"    server: {http_tls_config: {cert_file: /c}}\n", "4:31: http_tls_config: pushes"},
           {"    server: {http_server_read_timeout: -1s}\n", "must not be negative"},
           {"    use_incoming_timestmap: true\n", "did you mean use_incoming_timestamp"}}) {
    CAPTURE(one.first);
    CHECK(fault(job + one.first).find(one.second) != std::string::npos);
  }
}

TEST_CASE("servers and Docker hosts that cannot be used are said before the start") {
  CHECK(promtail_clients(*parse("clients: [{url: 'http://h:3100'}]\n"))->at(0).url ==
        "http://h:3100/loki/api/v1/push");
  CHECK(!promtail_clients(*parse("clients: [{url: 'h:3100/x'}]\n")).ok());
  CHECK(!promtail_clients(
             *parse("clients: [{url: 'https://h/x', tls_config: {ca_file: /none/ca.pem}}]\n"))
             .ok());
  const std::string job = "scrape_configs: [{job_name: j, docker_sd_configs: [{host: ";
  CHECK(check_docker_hosts(*parse(job + "'unix:///var/run/docker.sock'}]}]\n")).ok());
  CHECK(check_docker_hosts(*parse(job + "'ssh://h'}]}]\n")).error().message.starts_with("job j: "));
}

TEST_CASE("known and not done is a warning that says so") {
  const auto config = parse(
      "wal: {enabled: true}\nclient: {url: x, stream_lag_labels: [a]}\n"
      "scrape_configs: [{job_name: a, kafka: {brokers: [b]}}]\n");
  REQUIRE(config.ok());
  std::string all;
  for (const auto& warning : config->warnings) all += warning + "\n";
  CHECK(all.find("p.yaml:1:1: wal: known, but not done by logsvc") != std::string::npos);
  CHECK(all.find("stream_lag_labels: known, but not done by logsvc") != std::string::npos);
  CHECK(all.find("kafka: known, but not done by logsvc") != std::string::npos);
}

TEST_CASE("aliases and merge keys work, and a bomb of them is refused") {
  const auto config =
      parse("scrape_configs:\n- &a {job_name: a, encoding: latin1}\n- {<<: *a, job_name: b}\n");
  REQUIRE_MESSAGE(config.ok(), config.error().message);
  CHECK(config->scrapes[1].encoding == "latin1");
  CHECK(config->scrapes[1].job_name == "b");
  std::string bomb = "a: &a [x,x,x,x,x,x,x,x,x,x]\n";
  for (char c = 'b'; c < 'm'; ++c) {
    const char before = static_cast<char>(c - 1);
    bomb += std::string(1, c) + ": &" + c + " [";
    for (int i = 0; i < 10; ++i) bomb += std::string(i ? "," : "") + "*" + before;
    bomb += "]\n";
  }
  CHECK(fault(bomb).find("too large") != std::string::npos);
  CHECK(fault(std::string(5000, '[')).find("p.yaml:1:") == 0);
}

TEST_SUITE_END();

}  // namespace logsvc::agent
