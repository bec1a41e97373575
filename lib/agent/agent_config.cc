#include "agent/agent_config.h"

#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <sstream>

#include "agent/docker/docker_host.h"
#include "agent/push/http_push_target.h"
#include "base/host_port.h"
#include "masking/rules_reader.h"
#include "net/url.h"
#include "tls/fingerprint.h"

namespace logsvc::agent {

namespace {

Status read_fingerprint(const config::Settings& s, ClientConfig& out) {
  const std::string& text = s.text("tls-fingerprint");
  if (text.empty()) return {};
  const auto parsed = tls::parse_fingerprint(text);
  if (!parsed.ok()) return s.bad_value("tls-fingerprint", parsed.error().message);
  // Without TLS anybody could answer, against what the setting asks for.
  if (const auto url = net::parse_url(out.url); !url.ok() || url->scheme != "https")
    return s.bad_value("tls-fingerprint", "needs https, but push is not an https:// URL");
  out.http.route.tls.fingerprint = *parsed;
  return {};
}

// Reads the servers of `push`, all with the same credentials.
Result<std::vector<ClientConfig>> read_clients(const config::Settings& s) {
  std::vector<ClientConfig> out;
  std::istringstream urls(s.text("push"));
  for (std::string url; std::getline(urls, url, ',');) {
    if (url.empty()) continue;
    auto client = client_of_url(url);
    if (!client.ok()) return s.bad_value("push", client.error().message);
    client->tenant_id = s.text("tenant");
    client->http.route.proxy_from_environment = true;
    client->http.route.tls.ca_file = s.text("push-ca-file");
    client->http.route.tls.cert_file = s.text("push-cert-file");
    client->http.route.tls.key_file = s.text("push-key-file");
    RETURN_IF_ERROR(read_fingerprint(s, *client));
    if (!s.text("push-token").empty())
      client->http.authorization = Authorization{"Bearer", {s.text("push-token"), ""}};
    if (const auto target = make_http_push_target(*client); !target.ok())
      return s.bad_value("push", target.error().message);
    out.push_back(std::move(*client));
  }
  return out;
}

}  // namespace

const std::vector<config::SettingSpec>& agent_settings() {
  static const std::vector<config::SettingSpec> kSpecs = {
      {"push",
       "Push URL, or the server's base URL; several with commas, each gets every line",
       "",
       {"LOKI_URL"},
       false},
      {"tenant", "X-Scope-OrgID of pushes", "", {}, false},
      {"push-token", "Bearer token of pushes", "", {}, true},
      {"push-ca-file",
       "PEM of the authority of https servers (default: the system's)",
       "",
       {},
       false},
      {"push-cert-file", "PEM of the client's certificate for https servers", "", {}, false},
      {"push-key-file", "PEM of its key", "", {}, false},
      {"tls-fingerprint",
       "SHA-256 of the certificate of https servers: it is accepted whatever its name and "
       "authority, "
       "and no other one is",
       "",
       {"LOKI_TLS_FINGERPRINT"},
       false},
      {"docker",
       "unix:///var/run/docker.sock or tcp://host:2375; none: read no containers",
       "unix:///var/run/docker.sock",
       {"DOCKER_HOST"},
       false},
      {"read",
       "Containers' logs: auto (files where they can be opened), api or file",
       "auto",
       {},
       false},
      {"host-label", "The label host (default: the host's name)", "", {"LOGSVC_HOST"}, false},
      {"data-dir", "Spool and positions; keep it across restarts", "./agent-data", {}, false},
      {"spool-max", "Lines wait on disk up to this size; then reading waits", "1GB", {}, false},
      {"max-line-size", "Longer lines are cut there", "256KB", {}, false},
      {"keep-colours", "Terminal colours stay in the lines", "false", {}, false},
      {"explain",
       "Metadata level_from, service_from, time_from on each line: what decided them",
       "false",
       {},
       false},
      {.name = "masking",
       .help = "What is hidden before a line leaves this host: off, all, or rules by name (card, "
               "rrn, phone, email, account, token); in the file also own patterns",
       .default_value = "off",
       .structured = true},
      {"listen",
       "host:port of /ready and /metrics (default: none)",
       "",
       {"LOGSVC_AGENT_LISTEN"},
       false},
      {"log-level", "debug, info, warn or error", "info", {}, false},
      {"log-format", "logfmt or json", "logfmt", {}, false},
  };
  return kSpecs;
}

Result<AgentConfig> make_agent_config(const config::Settings& s) {
  AgentConfig out;
  ASSIGN_OR_RETURN(out.clients, read_clients(s));
  out.docker_host = s.text("docker");
  if (out.docker_host == "none") {
    out.docker_host.clear();
  } else if (const auto host = parse_docker_host(out.docker_host); !host.ok()) {
    return s.bad_value("docker", host.error().message);
  }
  out.read_by = s.text("read");
  if (out.read_by != "auto" && out.read_by != "api" && out.read_by != "file")
    return s.bad_value("read", "expected auto, api or file");
  out.host_label = s.text("host-label");
  if (out.host_label.empty()) {
    char name[256] = {};
    ::gethostname(name, sizeof name - 1);
    out.host_label = name;
  }
  out.data_dir = s.text("data-dir");
  if (out.data_dir.empty()) return s.bad_value("data-dir", "must not be empty");
  ASSIGN_OR_RETURN(out.spool_bytes, s.bytes("spool-max"));
  ASSIGN_OR_RETURN(const uint64_t line, s.bytes("max-line-size"));
  if (line < 1024) return s.bad_value("max-line-size", "must be at least 1KB");
  out.max_line_bytes = line;
  ASSIGN_OR_RETURN(auto maskers, masking::read_maskers(s, "masking", masking::Reader::kAgent));
  if (!maskers.all->empty()) out.masker = std::move(maskers.all);
  out.listen = s.text("listen");
  if (!out.listen.empty()) {
    if (const auto address = config::parse_listen_address(out.listen); !address.ok()) {
      return s.bad_value("listen", address.error().message);
    }
  }
  return out;
}

Result<AgentConfig> load_agent_config(const std::string& path,
                                      const std::map<std::string, std::string>& flags,
                                      const config::Environment& environment,
                                      config::Settings& settings) {
  ASSIGN_OR_RETURN(settings, config::Settings::resolve(agent_settings(), flags, environment, path,
                                                       reading_keys()));
  ASSIGN_OR_RETURN(AgentConfig out, make_agent_config(settings));
  if (!path.empty()) {
    std::ifstream in(path, std::ios::binary);
    if (!in) return invalid("cannot read " + path);
    const std::string text((std::istreambuf_iterator<char>(in)), {});
    ASSIGN_OR_RETURN(
        out.reading,
        parse_reading_config(path, config::expand_environment(text, environment), out.host_label));
  }
  ASSIGN_OR_RETURN(const bool keep_colours, settings.boolean("keep-colours"));
  ASSIGN_OR_RETURN(const bool explain, settings.boolean("explain"));
  const auto set = [&](ScrapeConfig& job) {
    job.around.keep_colours = keep_colours;
    job.around.explain = explain;
  };
  set(out.reading.docker);
  std::for_each(out.reading.others.begin(), out.reading.others.end(), set);
  return out;
}

Result<std::vector<ClientConfig>> promtail_clients(const PromtailConfig& promtail) {
  std::vector<ClientConfig> out;
  for (ClientConfig client : promtail.clients) {
    auto completed = client_of_url(client.url);
    if (!completed.ok()) return invalid("client " + client.name + ": " + completed.error().message);
    client.url = completed->url;
    if (client.http.basic_auth == std::nullopt) client.http.basic_auth = completed->http.basic_auth;
    if (const auto target = make_http_push_target(client); !target.ok()) {
      return invalid("client " + client.name + ": " + target.error().message);
    }
    out.push_back(std::move(client));
  }
  return out;
}

Status check_docker_hosts(const PromtailConfig& promtail) {
  for (const ScrapeConfig& scrape : promtail.scrapes) {
    for (const DockerSdConfig& sd : scrape.docker) {
      const auto host = docker_host_of(sd, config::process_environment());
      if (!host.ok()) return invalid("job " + scrape.job_name + ": " + host.error().message);
    }
  }
  return {};
}

Status apply_promtail(PromtailConfig promtail, const config::Settings& settings,
                      AgentConfig& config) {
  if (!settings.is_set("push")) {
    ASSIGN_OR_RETURN(config.clients, promtail_clients(promtail));
  }
  RETURN_IF_ERROR(check_docker_hosts(promtail));
  const ServerConfig& server = promtail.server;
  if (!settings.is_set("listen") && !server.disabled) {
    const std::string& host = server.http_listen_address;
    config.listen = join_host_port(host, server.http_listen_port);
  }
  if (!settings.is_set("data-dir")) {
    const std::string& file = promtail.positions.filename;
    const size_t slash = file.rfind('/');
    config.data_dir = (slash == std::string::npos ? "." : file.substr(0, slash)) + "/logsvc-agent";
  }
  config.promtail = std::move(promtail);
  return {};
}

}  // namespace logsvc::agent
