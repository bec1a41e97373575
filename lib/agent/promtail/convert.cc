#include "agent/promtail/convert.h"

#include <algorithm>
#include <set>

#include "base/json_text.h"

namespace logsvc::agent {
namespace {

// Stages whose work the agent does by itself for containers.
const std::set<std::string> kDoneAnyway = {
    "docker", "cri", "json", "logfmt", "labels", "output", "decolorize", "multiline", "timestamp"};
// Labels that containers get by themselves.
const std::set<std::string> kOwnLabels = {"job",       "host",   "service",   "level",
                                          "container", "stream", "logstream", "compose_project"};

class Converter {
 public:
  Converter(const PromtailConfig& config, const std::string& path) : config_(config), path_(path) {}

  std::string run() {
    note("Settings of logsvc agent that do what " + path_ + " says. Check them with");
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
    std::string urls, tenant;
    for (const ClientConfig& client : config_.clients) {
      urls += (urls.empty() ? "" : ",") + client.url;
      if (!client.tenant_id.empty()) tenant = client.tenant_id;
    }
    if (!urls.empty()) set("push", urls);
    if (!tenant.empty()) set("tenant", tenant);
    for (const ClientConfig& client : config_.clients) client_details(client);
  }
  void client_details(const ClientConfig& client) {
    const HttpClientConfig& http = client.http;
    if (!http.tls.ca_file.empty()) set("push_ca_file", http.tls.ca_file);
    if (!http.tls.cert_file.empty()) set("push_cert_file", http.tls.cert_file);
    if (!http.tls.key_file.empty()) set("push_key_file", http.tls.key_file);
    if (http.basic_auth) {
      note("basic_auth: write user and password into the URL of push, or keep the file");
    }
    if (http.authorization) {
      note("a token: set LOGSVC_PUSH_TOKEN, or LOGSVC_PUSH_TOKEN_FILE");
    }
    if (http.tls.insecure_skip_verify) kept("insecure_skip_verify of " + client.name);
    if (!http.proxy_url.empty()) note("proxy_url: set HTTPS_PROXY");
    if (!http.headers.empty()) kept("headers of " + client.name);
    for (const Label& label : client.external_labels) {
      if (label.name == "host") {
        set("host_label", label.value);
      } else {
        kept("external label " + label.name + " of " + client.name);
      }
    }
    if (client.backoff.max_retries_set) {
      note("backoff_config: nothing is given up, so there is no number of retries");
    }
  }

  void docker() {
    std::set<std::string> hosts;
    for (const ScrapeConfig& scrape : config_.scrapes) {
      for (const DockerSdConfig& sd : scrape.docker) {
        hosts.insert(sd.host);
        if (!sd.filters.empty()) kept("filters of job " + scrape.job_name);
      }
    }
    if (!hosts.empty()) set("docker", *hosts.begin());
    for (auto host = hosts.begin(); host != hosts.end(); ++host) {
      if (host != hosts.begin()) kept("a second Docker host: " + *host);
    }
    if (!hosts.empty()) note("refresh_interval: containers are seen as they start");
  }

  void server() {
    if (config_.server.disabled) return;
    const std::string host = config_.server.http_listen_address;
    set("listen", (host.find(':') == std::string::npos ? host : "[" + host + "]") + ":" +
                      std::to_string(config_.server.http_listen_port));
    if (!config_.server.log_level.empty()) set("log_level", config_.server.log_level);
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
      set("max_line_size", std::to_string(limits.max_line_bytes));
      if (!limits.max_line_truncate) note("longer lines are cut there, not dropped");
    }
    if (limits.readline_rate_enabled) kept("readline_rate");
    if (limits.max_streams > 0) kept("max_streams");
  }

  void job(const ScrapeConfig& scrape) {
    out_ += '\n';
    note("job " + scrape.job_name);
    if (!scrape.files.empty()) kept("static_configs: files are read by the Promtail file alone");
    if (scrape.journal) kept("journal");
    for (const RelabelConfig& rule : scrape.relabel) relabel(rule);
    if (!scrape.stages) return;
    for (const auto& stage : scrape.stages->items) {
      const std::string name = stage.members.empty() ? "" : stage.members[0].first.text;
      if (kDoneAnyway.count(name)) {
        note(name + ": done by itself (JSON, logfmt, level, time, stack traces)");
      } else {
        kept("stage " + name);
      }
    }
  }
  void relabel(const RelabelConfig& rule) {
    if (rule.action == RelabelAction::kReplace && kOwnLabels.count(rule.target_label)) {
      note("label " + rule.target_label + ": set by itself");
    } else if (rule.action == RelabelAction::kKeep || rule.action == RelabelAction::kDrop) {
      kept("keep and drop of containers (or label them logsvc.enable=false)");
    } else {
      kept("relabel rule for " + (rule.target_label.empty() ? rule.regex : rule.target_label) +
           " (or label the containers logsvc.labels.NAME=VALUE)");
    }
  }

  const PromtailConfig& config_;
  const std::string path_;
  std::string out_;
  bool needs_file_ = false;
};

}  // namespace

std::string convert_to_settings(const PromtailConfig& config, const std::string& path) {
  return Converter(config, path).run();
}

}  // namespace logsvc::agent
