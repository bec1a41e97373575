// Settings of `logsvc agent`.
#pragma once

#include <string>
#include <vector>

#include "config/settings.h"

namespace logsvc::agent {

struct AgentConfig {
  std::string push_url;  // empty: lines are collected and wait
  std::string docker_host;
  std::string host_label;
  std::string data_dir;
  uint64_t spool_bytes = 1u << 30;
  size_t max_line_bytes = 256u << 10;
  std::string listen;  // empty: no port
};

const std::vector<config::SettingSpec>& agent_settings();
Result<AgentConfig> make_agent_config(const config::Settings& settings);

}  // namespace logsvc::agent
