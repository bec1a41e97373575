// A Promtail configuration file, typed. What it holds and logsvc does not do is a warning; what no
// Promtail knows is an error with file, line, column and the nearest known key.
#pragma once

#include <string>
#include <vector>

#include "agent/config/client_config.h"
#include "agent/config/scrape_config.h"
#include "base/result.h"
#include "config/settings.h"

namespace logsvc::agent {

struct ServerConfig {
  bool disabled = false;
  std::string http_listen_address;  // empty: all interfaces
  int64_t http_listen_port = 9080;  // 0: a free one
  std::string http_path_prefix;
  std::string log_level;            // empty: not given
  std::string log_format;           // empty: not given
  bool health_check_target = true;  // not ready before there is a target
  bool enable_runtime_reload = false;
};

struct PositionsConfig {
  std::string filename = "/var/log/positions.yaml";
  Duration sync_period = 10 * kSecond;
  bool ignore_invalid_yaml = false;
};

struct LimitsConfig {
  bool readline_rate_enabled = false;
  double readline_rate = 10000;  // lines a second, of the whole process, behind the pipelines
  int64_t readline_burst = 10000;
  bool readline_rate_drop = true;  // false: reading waits
  int64_t max_streams = 0;         // 0: no limit; lines of further streams are dropped
  int64_t max_line_bytes = 0;      // 0: no limit
  bool max_line_truncate = false;  // false: longer lines are dropped
};

struct FileTargetConfig {
  Duration sync_period = 10 * kSecond;  // how often globs are looked at again
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
  std::vector<std::string> warnings;  // each with its place in front
  std::string text;                   // of the file, as it was written
};

struct PromtailLoadOptions {
  bool expand_env = false;
  config::Environment environment;
};

// The file's text, as read from `path` (which messages name). kInvalid with all faults, one a line.
Result<PromtailConfig> parse_promtail_config(const std::string& path, const std::string& text,
                                             const PromtailLoadOptions& options);
// Whether the text is a Promtail file rather than logsvc's own flat settings.
bool looks_like_promtail(const std::string& text);

}  // namespace logsvc::agent
