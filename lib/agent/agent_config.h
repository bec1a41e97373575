// The settings of `logsvc agent`.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "agent/config/promtail_config.h"
#include "agent/reading_config.h"
#include "config/settings.h"
#include "masking/masker.h"

namespace logsvc::agent {

struct AgentConfig {
  std::vector<ClientConfig> clients;  // servers; none: collected lines wait
  std::string docker_host;            // empty: no containers are read
  std::string read_by = "auto";       // auto, api or file
  std::string host_label;
  std::string data_dir;
  uint64_t spool_bytes = 1u << 30;
  size_t max_line_bytes = 256u << 10;
  std::shared_ptr<const masking::Masker> masker;  // null: nothing is hidden
  std::string listen;                             // empty: no port
  std::string version;                            // the program's version
  // Handles POST /reload of the page; an error is answered with 500 and its message. Null: the path
  // does not exist.
  std::function<Status()> on_reload;
  // Called when standard input, if it is read, has ended and every client has received its lines.
  std::function<void()> on_input_end = [] {};
  // What is read: a Promtail file's sources if there is one; otherwise:
  std::optional<PromtailConfig> promtail;
  ReadingConfig reading = default_reading();
};

const std::vector<config::SettingSpec>& agent_settings();
// Reads everything but the sources that agent.yaml adds to the containers.
Result<AgentConfig> make_agent_config(const config::Settings& settings);
// Reads both parts of a file: its flat settings into `settings`, and the sources to read. An empty
// path means flags and environment only. Returns kInvalid with all problems of the sources, or the
// first one of the settings.
Result<AgentConfig> load_agent_config(const std::string& path,
                                      const std::map<std::string, std::string>& flags,
                                      const config::Environment& environment,
                                      config::Settings& settings);
// Returns a Promtail file's servers after checking them, and kInvalid if a URL or a certificate
// cannot be used.
Result<std::vector<ClientConfig>> promtail_clients(const PromtailConfig& promtail);
// Returns kInvalid if the URL or a certificate of a docker_sd_config cannot be used.
Status check_docker_hosts(const PromtailConfig& promtail);
// Applies a Promtail file's values where flags and environment do not set others.
Status apply_promtail(PromtailConfig promtail, const config::Settings& settings,
                      AgentConfig& config);

}  // namespace logsvc::agent
