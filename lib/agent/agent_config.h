// Settings of `logsvc agent`.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "agent/config/promtail_config.h"
#include "agent/reading_config.h"
#include "config/settings.h"

namespace logsvc::agent {

struct AgentConfig {
  std::vector<ClientConfig> clients;  // servers; none: lines are collected and wait
  std::string docker_host;            // empty: no containers are read
  std::string read_by = "auto";       // auto, api or file
  std::string host_label;
  std::string data_dir;
  uint64_t spool_bytes = 1u << 30;
  size_t max_line_bytes = 256u << 10;
  std::string listen;   // empty: no port
  std::string version;  // of the program
  // POST /reload of the page; an error is answered with 500 and its message. Null: no such path.
  std::function<Status()> on_reload;
  // Standard input, if that is what is read, has ended, and every client has had its lines.
  std::function<void()> on_input_end = [] {};
  // What is read: as a Promtail file says it, if there is one; else:
  std::optional<PromtailConfig> promtail;
  ReadingConfig reading = default_reading();
};

const std::vector<config::SettingSpec>& agent_settings();
// Without what is read beside containers.
Result<AgentConfig> make_agent_config(const config::Settings& settings);
// Both of a file (empty: flags and environment alone): its flat settings into `settings`, and what
// it says is read. kInvalid with all faults of the latter, or the first of the former.
Result<AgentConfig> load_agent_config(const std::string& path,
                                      const std::map<std::string, std::string>& flags,
                                      const config::Environment& environment,
                                      config::Settings& settings);
// The servers of a Promtail file, checked. kInvalid if a URL or a certificate cannot be used.
Result<std::vector<ClientConfig>> promtail_clients(const PromtailConfig& promtail);
// kInvalid if the URL or a certificate of a docker_sd_config cannot be used.
Status check_docker_hosts(const PromtailConfig& promtail);
// What a Promtail file says, where flags and environment do not say otherwise.
Status apply_promtail(PromtailConfig promtail, const config::Settings& settings,
                      AgentConfig& config);

}  // namespace logsvc::agent
