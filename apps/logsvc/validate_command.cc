#include <fstream>
#include <iostream>
#include <memory>

#include "agent/agent_config.h"
#include "commands.h"
#include "exit_codes.h"
#include "masking_trial.h"
#include "promtail_file.h"
#include "server/server_config.h"

namespace logsvc {
namespace {

struct ValidateOptions {
  std::string file;
  bool as_agent = false;
  bool expand_env = false;
  std::string try_masking;  // a file of lines, or - for standard input
  std::string config;
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

// Returns the rules that are tried: those of a settings file, or all built-in ones.
Result<std::shared_ptr<const masking::Masker>> tried_rules(const ValidateOptions& options) {
  const std::string& path = options.config.empty() ? options.file : options.config;
  if (path.empty()) return masking::Masker::of_built_ins();
  const auto environment = config::process_environment();
  config::Settings settings;
  auto as_agent = agent::load_agent_config(path, {}, environment, settings);
  const auto of_agent = [&] {
    return as_agent->masker ? as_agent->masker : *masking::Masker::compile({});
  };
  if (options.as_agent && !as_agent.ok()) return as_agent.error();
  if (options.as_agent) return of_agent();
  const auto read = config::Settings::resolve(server::server_settings(), {}, environment, path);
  if (!read.ok()) {
    if (as_agent.ok()) return of_agent();  // a file of an agent, without saying so
    return read.error();
  }
  ASSIGN_OR_RETURN(server::ServerConfig config, server::make_server_config(*read));
  return config.support_masker;
}

int try_masking(const ValidateOptions& options) {
  const auto rules = tried_rules(options);
  if (!rules.ok()) {
    std::cerr << rules.error().message << '\n';
    return kBadConfiguration;
  }
  if ((*rules)->empty()) std::cerr << "no rules: nothing is hidden\n";
  if (options.try_masking == "-") return show_masking(**rules, std::cin, std::cout);
  std::ifstream lines(options.try_masking, std::ios::binary);
  const int code = lines ? show_masking(**rules, lines, std::cout) : kFailed;
  if (code != 0) std::cerr << "cannot read " << options.try_masking << '\n';
  return code;
}

int run(const ValidateOptions& options) {
  if (!options.try_masking.empty()) return try_masking(options);
  if (!options.config.empty() || options.file.empty()) {
    std::cerr << "logsvc validate: "
              << (options.file.empty() ? "which file?" : "--config goes with --try-masking")
              << '\n';
    return kWrongUsage;
  }
  return validate(options);
}

}  // namespace

void add_validate_command(CLI::App& app, int& exit_code) {
  auto* command =
      app.add_subcommand("validate", "Check a settings file, ours or Promtail's: 0 fine, 78 not");
  auto options = std::make_shared<ValidateOptions>();
  command->add_option("file", options->file, "YAML file of a server, or of Promtail");
  command->add_flag("--agent", options->as_agent, "It is an agent's");
  command->add_flag("--config-expand-env", options->expand_env,
                    "Promtail's: replace ${VAR} from the environment first");
  command->add_option(
      "--try-masking", options->try_masking,
      "Show what the masking rules hide in the lines of a file (-: standard input)");
  command->add_option("--config,-c", options->config,
                      "With --try-masking: a server's or agent's settings (default: all rules)");
  // Promtail's flags change nothing about a file (see promtail_flags.h).
  command
      ->add_option_function<std::vector<std::string>>("--promtail-flag",
                                                      [](const std::vector<std::string>&) {})
      ->allow_extra_args(false)
      ->group("");
  command->callback([&exit_code, options] { exit_code = run(*options); });
}

}  // namespace logsvc
