#include <cstdlib>
#include <iostream>
#include <memory>

#include "agent/agent.h"
#include "agent/docker/docker_client.h"
#include "agent/push/http_push_target.h"
#include "commands.h"
#include "demo/demo_feeder.h"
#include "exit_codes.h"
#include "server/server.h"

namespace logsvc {
namespace {

struct DemoOptions {
  std::string listen = "127.0.0.1:3100";
  std::string ui_listen = "127.0.0.1:3004";
  std::string data_dir = "build/demo-data";
  std::string docker = "unix:///var/run/docker.sock";
  bool simulate = false;
};

bool docker_answers(const std::string& url) {
  const auto host = agent::parse_docker_host(url);
  if (!host.ok()) return false;
  const std::atomic<bool> stop{false};
  return agent::DockerClient(*host).list(stop).ok();
}

int run_demo(const DemoOptions& options) {
  block_signals();
  SystemClock clock;
  PosixFileSystem files;
  Metrics metrics, agent_metrics;
  Diagnostics diagnostics(clock, LogLevel::kWarn);
  const bool docker = !options.simulate && docker_answers(options.docker);
  const auto settings = config::Settings::resolve(server::server_settings(),
                                                  {{"listen", options.listen},
                                                   {"ui-listen", options.ui_listen},
                                                   {"data-dir", options.data_dir}},
                                                  config::process_environment(), "");
  auto config = settings.ok() ? server::make_server_config(*settings) : settings.error();
  if (!config.ok()) {
    std::cerr << "logsvc demo: " << config.error().message << '\n';
    return kBadConfiguration;
  }
  config->version = LOGSVC_VERSION;
  config->demo = docker ? "docker" : "simulated";
  auto server = server::Server::start(std::move(*config), files, clock, metrics, diagnostics);
  if (!server.ok()) {
    std::cerr << "logsvc demo: " << server.error().message << '\n';
    return 1;
  }
  const std::string push = "http://127.0.0.1:" + std::to_string((*server)->api_port());
  std::unique_ptr<agent::Agent> agent;
  std::unique_ptr<demo::DemoFeeder> feeder;
  if (docker) {
    agent::AgentConfig collect;
    collect.clients.push_back(*agent::client_of_url(push));
    collect.docker_host = options.docker;
    collect.host_label = "this-machine";
    collect.data_dir = options.data_dir + "/agent";
    auto started = agent::Agent::start(collect, files, clock, agent_metrics, diagnostics);
    if (!started.ok()) {
      std::cerr << "logsvc demo: " << started.error().message << '\n';
      return 1;
    }
    agent = std::move(*started);
  } else {
    feeder = std::make_unique<demo::DemoFeeder>(*net::parse_url(push), clock, diagnostics, kHour);
  }
  std::cout << "logsvc demo: "
            << (docker ? "collecting from this machine's Docker containers.\n"
                       : "no Docker answers here, so three simulated ticketing services log.\n")
            << "\n  dashboard  http://127.0.0.1:" << (*server)->ui_port() << "\n  API        "
            << push << "\n  data       " << options.data_dir << "\n\nCtrl-C ends everything."
            << std::endl;
  wait_for_stop_signal();
  feeder.reset();
  agent.reset();
  server->reset();
  std::cout << "\nended" << std::endl;
  return 0;
}

}  // namespace

void add_demo_command(CLI::App& app, int& exit_code) {
  auto* command =
      app.add_subcommand("demo", "Server, dashboard and logs on this machine, to look at");
  auto options = std::make_shared<DemoOptions>();
  command->add_option("--listen", options->listen, "API: host:port")->capture_default_str();
  command->add_option("--ui-listen", options->ui_listen, "Dashboard: host:port")
      ->capture_default_str();
  command->add_option("--data-dir", options->data_dir, "Where it is kept")
      ->envname("LOGSVC_DATA_DIR")
      ->capture_default_str();
  command->add_option("--docker", options->docker, "Docker")
      ->envname("DOCKER_HOST")
      ->capture_default_str();
  command->add_flag("--simulate", options->simulate,
                    "Simulated services even where Docker answers");
  command->callback([&exit_code, options] { exit_code = run_demo(*options); });
}

}  // namespace logsvc
