// The logsvc executable: one file per subcommand, registered here.
#include <CLI/CLI.hpp>
#include <iostream>

#include "commands.h"

int main(int argc, char** argv) {
  CLI::App app{"logsvc: collects, stores and shows the logs of a small fleet"};
  app.set_version_flag("--version", "logsvc " LOGSVC_VERSION);
  app.require_subcommand(1);
  int exit_code = 0;
  logsvc::add_server_command(app, exit_code);
  logsvc::add_agent_command(app, exit_code);
  logsvc::add_demo_command(app, exit_code);
  logsvc::add_healthcheck_command(app, exit_code);
  logsvc::add_validate_command(app, exit_code);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& e) {
    return app.exit(e) == 0 ? 0 : 2;
  }
  return exit_code;
}
