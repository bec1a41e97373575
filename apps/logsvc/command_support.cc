#include <csignal>
#include <iostream>

#include "commands.h"

namespace logsvc {

void add_setting_flags(CLI::App& command, const std::vector<config::SettingSpec>& specs,
                       SettingFlags& flags) {
  command.add_option("--config,-c", flags.config_path, "YAML file with settings")
      ->envname("LOGSVC_CONFIG");
  for (const auto& spec : specs) {
    std::string help = spec.help + " [" + config::variable_name(spec.name) + "]";
    if (!spec.default_value.empty()) help += " (default " + spec.default_value + ")";
    command.add_option_function<std::string>(
        "--" + spec.name,
        [&flags, name = spec.name](const std::string& value) { flags.values[name] = value; }, help);
  }
}

Result<LogSettings> make_log_settings(const config::Settings& settings) {
  LogSettings out;
  const auto level = parse_log_level(settings.text("log-level"));
  if (!level.ok()) return settings.bad_value("log-level", level.error().message);
  out.level = *level;
  const std::string& format = settings.text("log-format");
  if (format == "json") {
    out.format = LogFormat::kJson;
  } else if (format != "logfmt") {
    return settings.bad_value("log-format", "expected logfmt or json, found \"" + format + "\"");
  }
  return out;
}

namespace {
sigset_t stop_signals() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGINT);
  sigaddset(&set, SIGTERM);
  return set;
}
}  // namespace

void block_signals() {
  const sigset_t set = stop_signals();
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
  // With this, writing beyond the process's file size limit fails like a full disk instead of
  // killing us.
  std::signal(SIGXFSZ, SIG_IGN);
}

void block_reload_signal() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGHUP);
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
}

bool wait_for_stop_or_reload() {
  sigset_t set = stop_signals();
  sigaddset(&set, SIGHUP);
  int number = 0;
  sigwait(&set, &number);
  return number == SIGHUP;
}

int wait_for_stop_signal() {
  const sigset_t set = stop_signals();
  int number = 0;
  sigwait(&set, &number);
  return number;
}

}  // namespace logsvc
