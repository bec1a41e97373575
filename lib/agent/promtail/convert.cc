#include "agent/promtail/convert.h"

#include <algorithm>
#include <set>

#include "base/host_port.h"
#include "base/json_text.h"
#include "base/shown_url.h"

namespace logsvc::agent {
namespace {

// Stages without an effect of their own on what is sent: they only extract, or unwrap lines that
// Docker's API gives unwrapped.
const std::set<std::string> kWithoutEffect = {"docker", "cri", "json", "logfmt", "regex"};

// Returns whether a rule copies a discovered label, as it is or by the given expressions.
bool copies(const RelabelConfig& rule, const char* from, const std::set<std::string>& regexes) {
  return rule.action == RelabelAction::kReplace && rule.replacement == "$1" &&
         rule.source_labels == std::vector<std::string>{from} && regexes.count(rule.regex) > 0;
}

// Returns the value of a rule that always sets its label.
std::optional<std::string> constant_of(const RelabelConfig& rule) {
  if (rule.action != RelabelAction::kReplace || !rule.source_labels.empty() ||
      rule.regex != "(.*)" || rule.replacement.find('$') != std::string::npos) {
    return {};
  }
  return rule.replacement;
}

// Returns whether the agent gives containers' lines the same label by itself.
bool is_own_label(const RelabelConfig& rule) {
  const std::string& target = rule.target_label;
  if (target == "container") {
    return copies(
        rule, "__meta_docker_container_name",
        {"/(.*)", "/?(.*)", "^/(.*)$", "^/(.*)", "/(.*)$", "^/?(.*)$", "/(.+)", "/?(.+)"});
  }
  if (target == "stream")
    return copies(rule, "__meta_docker_container_log_stream", {"(.*)", "(.+)"});
  if (target == "compose_project") {
    return copies(rule, "__meta_docker_container_label_com_docker_compose_project",
                  {"(.*)", "(.+)"});
  }
  return target == "job" && constant_of(rule) == "docker";
}

class Converter {
 public:
  Converter(const PromtailConfig& config, const std::string& path) : config_(config), path_(path) {}

  std::string run() {
    note("Settings of logsvc agent for what " + path_ + " says, as far as there are any: what is");
    note("marked * they do not do. Check them with");
    note("  logsvc validate --agent FILE");
    note("The Promtail file itself runs unchanged, too: logsvc agent --config " + path_);
    out_ += '\n';
    clients();
    docker();
    server();
    positions();
    limits();
    for (const ScrapeConfig& scrape : config_.scrapes) job(scrape);
    if (needs_file_) {
      out_ += '\n';
      note("What is marked * has no setting of its own: keep the Promtail file for it.");
    }
    for (const std::string& warning : config_.warnings) note(warning);
    return out_;
  }

 private:
  void note(const std::string& text) { out_ += "# " + text + '\n'; }
  void kept(const std::string& text) {
    needs_file_ = true;
    note("* " + text);
  }
  void set(const std::string& key, const std::string& value) {
    out_ += key + ": ";
    const bool plain =
        value.find_first_of(":#\"'\\{}[],&*?|<>=!%@` \n\t") == std::string::npos && !value.empty();
    if (plain) {
      out_ += value;
    } else {
      append_json_string(out_, value, JsonEscapes::kGo);
    }
    out_ += '\n';
  }

  void clients() {
    std::string urls;
    for (const ClientConfig& client : config_.clients)
      urls += (urls.empty() ? "" : ",") + without_url_secrets(client.url);
    if (!urls.empty()) set("push", urls);
    if (config_.clients.empty()) return;
    // Our settings apply to all servers together.
    const ClientConfig& first = config_.clients[0];
    for (const ClientConfig& client : config_.clients) {
      if (client.tenant_id != first.tenant_id || !(client.http.route.tls == first.http.route.tls)) {
        kept("tenant_id and tls_config of " + client.name + ", which are not those of " +
             first.name);
      }
      client_details(client);
    }
    if (!first.tenant_id.empty()) set("tenant", first.tenant_id);
    if (!first.http.route.tls.ca_file.empty()) set("push_ca_file", first.http.route.tls.ca_file);
    if (!first.http.route.tls.cert_file.empty())
      set("push_cert_file", first.http.route.tls.cert_file);
    if (!first.http.route.tls.key_file.empty()) set("push_key_file", first.http.route.tls.key_file);
  }
  void client_details(const ClientConfig& client) {
    const HttpClientConfig& http = client.http;
    if (http.basic_auth || client.url != without_url_secrets(client.url)) {
      kept("basic_auth of " + client.name + " (or write user and password into the URL of push)");
    }
    if (http.authorization) {
      kept("the token of " + client.name + " (or set LOGSVC_PUSH_TOKEN, for one of type Bearer)");
    }
    if (http.oauth2) kept("oauth2 of " + client.name);
    net::TlsConfig files;  // the options that have settings
    files.ca_file = http.route.tls.ca_file;
    files.cert_file = http.route.tls.cert_file;
    files.key_file = http.route.tls.key_file;
    if (!(http.route.tls == files)) kept("tls_config of " + client.name + ", but for its files");
    if (!http.route.proxy_url.empty()) kept("proxy_url (or set HTTPS_PROXY)");
    if (!http.route.follow_redirects) kept("follow_redirects of " + client.name);
    if (!http.headers.empty()) kept("headers of " + client.name);
    if (client.drop_rate_limited_batches) kept("drop_rate_limited_batches of " + client.name);
    for (const Label& label : client.external_labels) {
      if (label.name == "host" && config_.clients.size() == 1) {
        if (host_.empty()) host_ = label.value;
      } else {
        kept("external label " + label.name + " of " + client.name);
      }
    }
    note("batchwait, backoff_config: lines are pushed as they come, and nothing is given up");
  }

  void docker() {
    std::set<std::string> hosts;
    size_t jobs = 0;
    for (const ScrapeConfig& scrape : config_.scrapes) {
      jobs += scrape.docker.size();
      for (const DockerSdConfig& sd : scrape.docker) {
        hosts.insert(sd.host);
        if (!sd.filters.empty()) kept("filters of job " + scrape.job_name);
        if (!sd.http.route.tls.is_default() || sd.http.basic_auth || sd.http.authorization)
          kept("how the Docker host of job " + scrape.job_name + " is asked");
      }
    }
    if (hosts.empty()) {
      kept(
          "no job reads containers: with these settings all of this host would be read (or set "
          "docker: none)");
      return;
    }
    set("docker", *hosts.begin());
    if (jobs > 1) kept("the other docker_sd_configs: containers are read once, of one Docker host");
    note("refresh_interval: containers are seen as they start");
    for (const ScrapeConfig& scrape : config_.scrapes) {
      if (!scrape.docker.empty()) find_host(scrape);
    }
    if (!host_.empty()) set("host_label", host_);
  }
  // Finds the label host of a job; a stage may override it.
  void find_host(const ScrapeConfig& scrape) {
    for (const RelabelConfig& rule : scrape.relabel) {
      const auto value = rule.target_label == "host" ? constant_of(rule) : std::nullopt;
      if (value) host_ = *value;
    }
    if (!scrape.stages) return;
    for (const auto& stage : scrape.stages->items) {
      const config::YamlNode* labels = stage.find("static_labels");
      const config::YamlNode* host = labels ? labels->find("host") : nullptr;
      if (host && host->is_scalar() && !host->text.empty()) host_ = host->text;
    }
  }

  void server() {
    if (config_.server.disabled) return;
    const std::string host = config_.server.http_listen_address;
    set("listen", join_host_port(host, config_.server.http_listen_port));
    if (!config_.server.log_level.empty()) set("log_level", config_.server.log_level);
    if (!config_.server.http_path_prefix.empty()) kept("http_path_prefix");
    if (config_.server.enable_runtime_reload) kept("POST /reload (SIGHUP does the same)");
  }

  void positions() {
    const std::string& file = config_.positions.filename;
    const size_t slash = file.rfind('/');
    set("data_dir", (slash == std::string::npos ? "." : file.substr(0, slash)) + "/logsvc-agent");
    note("positions: places are kept in data_dir, together with the lines that wait");
  }

  void limits() {
    const LimitsConfig& limits = config_.limits;
    if (limits.max_line_bytes > 0) {
      set("max_line_size", std::to_string(std::max<int64_t>(limits.max_line_bytes, 1024)));
      if (!limits.max_line_truncate || limits.max_line_bytes < 1024)
        kept("max_line_size: longer lines are cut there, at 1KB at the least, and not dropped");
    }
    if (limits.readline_rate_enabled) kept("readline_rate");
    if (limits.max_streams > 0) kept("max_streams");
  }

  void job(const ScrapeConfig& scrape) {
    out_ += '\n';
    note("job " + scrape.job_name);
    if (!scrape.files.empty() || !scrape.file_sd.empty())
      kept("static_configs, file_sd_configs (or write a list of files into these settings)");
    if (scrape.journal) kept("journal (or write a list of journals into these settings)");
    if (scrape.syslog) kept("syslog");
    if (scrape.gelf) kept("gelf");
    if (scrape.push_api) kept("loki_push_api");
    if (scrape.docker.empty()) return;
    for (const RelabelConfig& rule : scrape.relabel) relabel(rule);
    if (scrape.stages) {
      for (const auto& item : scrape.stages->items) stage(item);
    }
    note("+ by itself: labels job, host, container, service, stream, level; time and level out of");
    note("  the lines; a stack trace is one entry");
  }
  void stage(const config::YamlNode& item) {
    const std::string name = item.members.empty() ? "" : item.members[0].first.text;
    if (kWithoutEffect.count(name)) {
      note(name + ": needs no setting, it sends nothing by itself");
    } else if (name == "labels") {
      for (const auto& [label, source] : item.members[0].second.members) {
        const bool similar = label.text == "level" || label.text == "service";
        kept("stage labels: " + label.text +
             (similar ? " (lines get one by itself, a level as debug, info, warn, error …)" : ""));
      }
    } else if (name == "static_labels") {
      for (const auto& [label, value] : item.members[0].second.members) {
        if (label.text != "host" || value.text != host_) kept("stage static_labels: " + label.text);
      }
    } else if (name == "timestamp") {
      kept("stage timestamp (the time that a line has is taken by itself, if it says its zone)");
    } else if (name == "multiline") {
      kept("stage multiline (or label the containers logsvc.multiline=FIRSTLINE)");
    } else {
      kept("stage " + name);
    }
  }
  void relabel(const RelabelConfig& rule) {
    const std::string& target = rule.target_label;
    if (is_own_label(rule)) {
      note("label " + target + ": set by itself");
    } else if (target == "host" && constant_of(rule) == host_) {
      note("label host: host_label");
    } else if (rule.action == RelabelAction::kKeep || rule.action == RelabelAction::kDrop) {
      kept("keep and drop of containers (or label them logsvc.enable=false)");
    } else if (target == "service") {
      kept("relabel rule for service (set by itself, but a line's own service comes first)");
    } else {
      kept("relabel rule for " + (target.empty() ? rule.regex : target) +
           " (or label the containers logsvc.labels.NAME=VALUE)");
    }
  }

  const PromtailConfig& config_;
  const std::string path_;
  std::string out_;
  std::string host_;  // the label host of all lines; empty: the agent's own
  bool needs_file_ = false;
};

}  // namespace

std::string convert_to_settings(const PromtailConfig& config, const std::string& path) {
  return Converter(config, path).run();
}

}  // namespace logsvc::agent
