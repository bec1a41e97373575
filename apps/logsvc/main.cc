// The logsvc executable: one file per subcommand, registered here.
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <iostream>
#include <string>
#include <vector>

#include "commands.h"
#include "promtail_flags.h"
#include "terminal_guard.h"

int main(int argc, char** argv) {
  const logsvc::TerminalGuard out_guard(std::cout, STDOUT_FILENO);
  const logsvc::TerminalGuard error_guard(std::cerr, STDERR_FILENO);
  CLI::App app{"logsvc: collects, stores and shows the logs of a small fleet"};
  app.set_version_flag("--version", "logsvc " LOGSVC_VERSION);
  app.require_subcommand(1);
  int exit_code = 0;
  logsvc::add_server_command(app, exit_code);
  logsvc::add_agent_command(app, exit_code);
  logsvc::add_demo_command(app, exit_code);
  logsvc::add_healthcheck_command(app, exit_code);
  logsvc::add_validate_command(app, exit_code);
  logsvc::add_query_commands(app, exit_code);
  logsvc::add_explore_commands(app, exit_code);
  logsvc::add_convert_command(app, exit_code);
  logsvc::add_inspect_command(app, exit_code);
  logsvc::add_access_commands(app, exit_code);
  try {
    std::vector<std::string> arguments =
        logsvc::with_promtail_flags(std::vector<std::string>(argv + 1, argv + argc));
    std::reverse(arguments.begin(), arguments.end());  // as CLI11 wants them
    app.parse(std::move(arguments));
  } catch (const CLI::ParseError& e) {
    return app.exit(e) == 0 ? 0 : 2;
  }
  return exit_code;
}
