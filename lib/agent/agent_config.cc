#include "agent/agent_config.h"

#include <unistd.h>

#include "agent/docker/http_stream.h"
#include "agent/push/http_push_target.h"

namespace logsvc::agent {

const std::vector<config::SettingSpec>& agent_settings() {
  static const std::vector<config::SettingSpec> kSpecs = {
      {"push", "Push URL, or the server's base URL", "", {"LOKI_URL"}, false},
      {"docker",
       "unix:///var/run/docker.sock or tcp://host:2375",
       "unix:///var/run/docker.sock",
       {"DOCKER_HOST"},
       false},
      {"host-label", "The label host (default: the host's name)", "", {"LOGSVC_HOST"}, false},
      {"data-dir", "Spool and positions; keep it across restarts", "./agent-data", {}, false},
      {"spool-max", "Lines wait on disk up to this size; then reading waits", "1GB", {}, false},
      {"max-line-size", "Longer lines are cut there", "256KB", {}, false},
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
  out.push_url = s.text("push");
  if (!out.push_url.empty()) {
    if (const auto target = make_http_push_target(out.push_url); !target.ok()) {
      return s.bad_value("push", target.error().message);
    }
  }
  out.docker_host = s.text("docker");
  if (const auto host = parse_docker_host(out.docker_host); !host.ok()) {
    return s.bad_value("docker", host.error().message);
  }
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
  out.listen = s.text("listen");
  if (!out.listen.empty()) {
    if (const auto address = config::parse_listen_address(out.listen); !address.ok()) {
      return s.bad_value("listen", address.error().message);
    }
  }
  return out;
}

}  // namespace logsvc::agent
