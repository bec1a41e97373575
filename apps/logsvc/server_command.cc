#include "commands.h"

namespace logsvc {
void add_server_command(CLI::App& app, int& exit_code) {
  auto* command = app.add_subcommand("server", "Receive, store and show logs");
  command->callback([&exit_code] { exit_code = 1; });
}
}  // namespace logsvc
