#include <iostream>
#include <memory>

#include "agent/agent_config.h"
#include "commands.h"
#include "exit_codes.h"
#include "promtail_file.h"
#include "server/server_config.h"

namespace logsvc {
namespace {

struct ValidateOptions {
  std::string file;
  bool as_agent = false;
  bool expand_env = false;
};

// Returns what is wrong with an agent's settings; empty if nothing is.
std::string agent_problem(const std::string& file) {
  config::Settings settings;
  const auto made = agent::load_agent_config(file, {}, config::process_environment(), settings);
  if (!made.ok()) return made.error().message;
  for (const std::string& warning : made->reading.warnings)
    std::cout << "warning: " << warning << '\n';
  return "";
}

std::string server_problem(const std::string& file) {
  const auto settings =
      config::Settings::resolve(server::server_settings(), {}, config::process_environment(), file);
  if (!settings.ok()) return settings.error().message;
  const auto made = server::make_server_config(*settings);
  return made.ok() ? "" : made.error().message;
}

// Does the same for a Promtail file that is well formed.
std::string promtail_problem(const agent::PromtailConfig& promtail) {
  if (const auto clients = agent::promtail_clients(promtail); !clients.ok())
    return clients.error().message;
  const Status hosts = agent::check_docker_hosts(promtail);
  return hosts.ok() ? "" : hosts.error().message;
}

int validate(const ValidateOptions& options) {
  const auto promtail = load_promtail_file(options.file, options.expand_env);
  std::string problem;
  if (!promtail.ok()) {
    problem = promtail.error().message;
  } else if (!*promtail) {
    problem = options.as_agent ? agent_problem(options.file) : server_problem(options.file);
  } else {
    for (const std::string& warning : (*promtail)->warnings) {
      std::cout << "warning: " << warning << '\n';
    }
    if ((*promtail)->clients.empty()) {
      std::cout << "warning: " << options.file
                << ": no clients: lines go to --push or LOKI_URL, and wait without one\n";
    }
    problem = promtail_problem(**promtail);
  }
  if (!problem.empty()) {
    std::cerr << problem << '\n';
    return kBadConfiguration;
  }
  std::cout << options.file << ": fine\n";
  return 0;
}

}  // namespace

void add_validate_command(CLI::App& app, int& exit_code) {
  auto* command =
      app.add_subcommand("validate", "Check a settings file, ours or Promtail's: 0 fine, 78 not");
  auto options = std::make_shared<ValidateOptions>();
  command->add_option("file", options->file, "YAML file of a server, or of Promtail")->required();
  command->add_flag("--agent", options->as_agent, "It is an agent's");
  command->add_flag("--config-expand-env", options->expand_env,
                    "Promtail's: replace ${VAR} from the environment first");
  // Promtail's flags change nothing about a file (see promtail_flags.h).
  command
      ->add_option_function<std::vector<std::string>>("--promtail-flag",
                                                      [](const std::vector<std::string>&) {})
      ->allow_extra_args(false)
      ->group("");
  command->callback([&exit_code, options] { exit_code = validate(*options); });
}

}  // namespace logsvc
