#include <malloc.h>

#include <iostream>
#include <memory>

#include "agent/agent.h"
#include "commands.h"

namespace logsvc {
namespace {

constexpr int kBadConfiguration = 78;

int run_agent(const SettingFlags& flags) {
  const auto settings = config::Settings::resolve(agent::agent_settings(), flags.values,
                                                  config::process_environment(), flags.config_path);
  auto made = settings.ok() ? agent::make_agent_config(*settings) : settings.error();
  const auto log = settings.ok() ? make_log_settings(*settings) : settings.error();
  if (!made.ok() || !log.ok()) {
    std::cerr << "logsvc agent: " << (made.ok() ? log.error().message : made.error().message)
              << '\n';
    return kBadConfiguration;
  }
  // Many threads that wait most of the time: an arena for each would cost memory for nothing.
  mallopt(M_ARENA_MAX, 2);
  block_signals();
  SystemClock clock;
  PosixFileSystem files;
  Metrics metrics;
  Diagnostics diagnostics(clock, log->level, log->format);
  auto started = agent::Agent::start(std::move(*made), files, clock, metrics, diagnostics);
  if (!started.ok()) {
    diagnostics.error("agent", "cannot start", {{"why", started.error().message}});
    return 1;
  }
  wait_for_stop_signal();
  diagnostics.info("agent", "stopping");
  started->reset();
  return 0;
}

}  // namespace

void add_agent_command(CLI::App& app, int& exit_code) {
  auto* command = app.add_subcommand("agent", "Collect container logs and push them");
  auto flags = std::make_shared<SettingFlags>();
  add_setting_flags(*command, agent::agent_settings(), *flags);
  command->callback([&exit_code, flags] { exit_code = run_agent(*flags); });
}

}  // namespace logsvc
