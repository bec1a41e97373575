#include <iostream>
#include <memory>

#include "commands.h"
#include "exit_codes.h"
#include "os/descriptors.h"
#include "os/memory.h"
#include "server/server.h"

namespace logsvc {
namespace {

// Enough for threads that take pushes to have one that no query is in, most of the time: with two,
// a push beside greedy queries took ten times as long.
constexpr int kMemoryArenas = 8;

void print_password(const std::string& password) {
  std::cerr << "\nThe admin password, shown this once: " << password
            << "\nIt is asked for by the dashboard and by every reading client (user admin).\n\n";
}

void print_fingerprint(const std::string& fingerprint) {
  std::cerr
      << "\nTLS with a certificate of our own. Its SHA-256 fingerprint, for --tls-fingerprint of "
         "agents and clients:\n"
      << fingerprint << "\n\n";
}

int run_server(const SettingFlags& flags, bool print_only) {
  const auto settings = config::Settings::resolve(server::server_settings(), flags.values,
                                                  config::process_environment(), flags.config_path);
  if (!settings.ok()) {
    std::cerr << "logsvc server: " << settings.error().message << '\n';
    return kBadConfiguration;
  }
  auto made = server::make_server_config(*settings);
  const auto log = make_log_settings(*settings);
  if (!made.ok() || !log.ok()) {
    std::cerr << "logsvc server: " << (made.ok() ? log.error().message : made.error().message)
              << '\n';
    return kBadConfiguration;
  }
  if (print_only) {
    std::cout << settings->describe();
    return 0;
  }
  made->version = LOGSVC_VERSION;
  made->on_generated_password = print_password;
  made->on_self_signed = print_fingerprint;
  raise_descriptor_limit();
  limit_memory_arenas(kMemoryArenas);
  keep_freed_memory();
  block_signals();
  SystemClock clock;
  PosixFileSystem files;
  Metrics metrics;
  Diagnostics diagnostics(clock, log->level, log->format);
  auto started = server::Server::start(std::move(*made), files, clock, metrics, diagnostics);
  if (!started.ok()) {
    diagnostics.error("server", "cannot start", {{"why", started.error().message}});
    return 1;
  }
  wait_for_stop_signal();
  diagnostics.info("server", "stopping");
  started->reset();
  return 0;
}

}  // namespace

void add_server_command(CLI::App& app, int& exit_code) {
  auto* command = app.add_subcommand("server", "Receive, store and show logs");
  auto flags = std::make_shared<SettingFlags>();
  add_setting_flags(*command, server::server_settings(), *flags);
  auto print_only = std::make_shared<bool>(false);
  command->add_flag("--print-config", *print_only, "Print every setting with its origin, and end");
  command->callback(
      [&exit_code, flags, print_only] { exit_code = run_server(*flags, *print_only); });
}

}  // namespace logsvc
