#include <httplib.h>

#include <iostream>
#include <memory>

#include "commands.h"

namespace logsvc {

void add_healthcheck_command(CLI::App& app, int& exit_code) {
  auto* command =
      app.add_subcommand("healthcheck", "Exit 0 if a server or agent says it is ready, 1 if not");
  auto url = std::make_shared<std::string>("http://127.0.0.1:3100");
  command->add_option("url", *url, "Base URL")->capture_default_str();
  command->callback([&exit_code, url] {
    httplib::Client client(*url);
    client.set_connection_timeout(3);
    client.set_read_timeout(3);
    const auto answer = client.Get("/ready");
    const bool ready = answer && answer->status == 200;
    std::cout << (ready ? "ready"
                        : "not ready: " + (answer ? std::to_string(answer->status)
                                                  : httplib::to_string(answer.error())))
              << '\n';
    exit_code = ready ? 0 : 1;
  });
}

}  // namespace logsvc
