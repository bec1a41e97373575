// The settings of `logsvc server`: a table for flags, environment and YAML, and what becomes of
// them.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "config/settings.h"
#include "server/ingest/ingest_limits.h"
#include "server/query/query_pool.h"
#include "store/store.h"

namespace logsvc::server {

struct ServerConfig {
  config::ListenAddress listen;
  config::ListenAddress ui_listen;
  store::StoreOptions store;
  IngestLimits limits;
  uint64_t max_entries = 5000;
  uint64_t max_series = 500;
  Duration query_timeout = kMinute;
  Duration max_query_length = 0;
  QueryPoolOptions query_pool;
  bool compress_responses = true;
  bool deletion_enabled = true;
  uint64_t volume_max_series = 1000;
  bool ask_password = false;
  bool off_by_default = false;  // off only because nothing but loopback is listened on
  std::vector<std::string> allowed_hosts;
  std::string admin_password;  // empty: generated once
  // Not a setting: called with a password that was just generated, before anything listens.
  std::function<void(const std::string& password)> on_generated_password;
  std::string web_dir;    // serve the page from here instead of the embedded files
  std::string demo;       // not a setting: "simulated" or "docker" in `logsvc demo`, else empty
  std::string described;  // all settings with their origin
  std::string described_json;
  std::string version;
};

const std::vector<config::SettingSpec>& server_settings();
Result<ServerConfig> make_server_config(const config::Settings& settings);

}  // namespace logsvc::server
