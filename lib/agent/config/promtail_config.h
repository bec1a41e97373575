// A Promtail configuration file as types. agent/promtail/ reads it.
#pragma once

#include <string>
#include <vector>

#include "agent/config/client_config.h"
#include "agent/config/limits_config.h"
#include "agent/config/scrape_config.h"
#include "base/time.h"

namespace logsvc::agent {

struct ServerConfig {
  bool disabled = false;
  std::string http_listen_address;  // empty: all interfaces
  int64_t http_listen_port = 9080;  // 0: any free port
  std::string http_path_prefix;
  std::string log_level;            // empty: not given
  std::string log_format;           // empty: not given
  bool health_check_target = true;  // not ready until there is a target
  bool enable_runtime_reload = false;
};

struct PositionsConfig {
  std::string filename = "/var/log/positions.yaml";
  Duration sync_period = 10 * kSecond;
  bool ignore_invalid_yaml = false;
};

struct FileTargetConfig {
  Duration sync_period = 10 * kSecond;  // how often globs are expanded again
  bool stdin = false;
  Duration min_poll_period = 250 * kMillisecond;
  Duration max_poll_period = 250 * kMillisecond;
};

struct PromtailConfig {
  ServerConfig server;
  std::vector<ClientConfig> clients;
  PositionsConfig positions;
  std::vector<ScrapeConfig> scrapes;
  LimitsConfig limits;
  FileTargetConfig files;
  std::vector<std::string> warnings;  // each begins with its place
  std::string text;                   // the file's text as written
};

}  // namespace logsvc::agent
