#include <iostream>
#include <memory>

#include "agent/agent_config.h"
#include "commands.h"
#include "server/server_config.h"

namespace logsvc {

void add_validate_command(CLI::App& app, int& exit_code) {
  auto* command = app.add_subcommand("validate", "Check a settings file: 0 fine, 78 not");
  auto file = std::make_shared<std::string>();
  auto as_agent = std::make_shared<bool>(false);
  command->add_option("file", *file, "YAML file of a server")->required();
  command->add_flag("--agent", *as_agent, "It is an agent's");
  command->callback([&exit_code, file, as_agent] {
    const auto& specs = *as_agent ? agent::agent_settings() : server::server_settings();
    const auto settings =
        config::Settings::resolve(specs, {}, config::process_environment(), *file);
    std::string failure;
    if (!settings.ok()) {
      failure = settings.error().message;
    } else if (*as_agent) {
      const auto made = agent::make_agent_config(*settings);
      if (!made.ok()) failure = made.error().message;
    } else {
      const auto made = server::make_server_config(*settings);
      if (!made.ok()) failure = made.error().message;
    }
    if (failure.empty()) {
      std::cout << *file << ": fine\n";
    } else {
      std::cerr << failure << '\n';
      exit_code = 78;
    }
  });
}

}  // namespace logsvc
