// Every subcommand adds itself to the command line and, when chosen, runs and sets exit_code:
// 0 fine, 1 failed, 2 wrong usage, 69 server unreachable, 77 no permission, 78 bad configuration.
#pragma once

#include <CLI/CLI.hpp>
#include <map>
#include <string>
#include <vector>

#include "config/settings.h"
#include "telemetry/diagnostics.h"

namespace logsvc {

void add_server_command(CLI::App& app, int& exit_code);
void add_agent_command(CLI::App& app, int& exit_code);
void add_demo_command(CLI::App& app, int& exit_code);
void add_healthcheck_command(CLI::App& app, int& exit_code);
void add_inspect_command(CLI::App& app, int& exit_code);
void add_validate_command(CLI::App& app, int& exit_code);
void add_query_commands(CLI::App& app, int& exit_code);    // query, instant-query, tail, fmt
void add_explore_commands(CLI::App& app, int& exit_code);  // labels, series, stats, volume, …
void add_convert_command(CLI::App& app, int& exit_code);
void add_access_commands(CLI::App& app, int& exit_code);  // user, token

// The flags of a subcommand that come from a table of settings, and --config.
struct SettingFlags {
  std::map<std::string, std::string> values;  // those given, by setting name
  std::string config_path;
};
void add_setting_flags(CLI::App& command, const std::vector<config::SettingSpec>& specs,
                       SettingFlags& flags);

// What the settings log-level and log-format say.
struct LogSettings {
  LogLevel level = LogLevel::kInfo;
  LogFormat format = LogFormat::kLogfmt;
};
Result<LogSettings> make_log_settings(const config::Settings& settings);

// Blocks SIGINT and SIGTERM in this and all later threads, and ignores SIGPIPE; call it before
// starting any.
void block_signals();
// SIGHUP as well, which wait_for_stop_or_reload() then gives.
void block_reload_signal();
// Waits for SIGINT, SIGTERM or SIGHUP. Returns true for SIGHUP: the configuration is to be read
// again.
bool wait_for_stop_or_reload();
// Waits for SIGINT or SIGTERM; returns its number.
int wait_for_stop_signal();

}  // namespace logsvc
