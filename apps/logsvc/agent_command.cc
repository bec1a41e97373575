#include <unistd.h>

#include <atomic>
#include <charconv>
#include <cstdlib>
#include <iostream>
#include <iterator>
#include <memory>
#include <sstream>

#include "agent/agent.h"
#include "agent/dry_run.h"
#include "agent/dry_run_docker.h"
#include "agent/pipeline/pipeline_entry.h"
#include "agent/shown_config.h"
#include "commands.h"
#include "os/memory.h"
#include "promtail_file.h"

namespace logsvc {
namespace {

constexpr int kBadConfiguration = 78;

struct AgentOptions {
  SettingFlags flags;
  bool expand_env = false;
  bool check_syntax = false;
  bool dry_run = false;
  bool inspect = false;
  bool from_stdin = false;
  bool from_docker = false;
  // Promtail's flags that change what its file says.
  std::string external_labels, http_address, http_port, positions_file;
  bool print_config = false;
};

int bad_configuration(const std::string& message) {
  std::cerr << "logsvc agent: " << message << '\n';
  return kBadConfiguration;
}

// The first of several paths with commas that is there, as Promtail takes it.
std::string first_file(const std::string& paths) {
  std::istringstream in(paths);
  for (std::string path; std::getline(in, path, ',');) {
    if (::access(path.c_str(), F_OK) == 0) return path;
  }
  return paths;
}

// a=b,c=d for every client; what the file says wins.
Status add_external_labels(const std::string& text, agent::PromtailConfig& promtail) {
  std::istringstream pairs(text);
  for (std::string pair; std::getline(pairs, pair, ',');) {
    const size_t equals = pair.find('=');
    if (equals == 0 || equals == std::string::npos)
      return invalid("-client.external-labels: " + pair + " is no name=value");
    const std::string name = pair.substr(0, equals);
    for (agent::ClientConfig& client : promtail.clients) {
      if (!agent::find_label(client.external_labels, name))
        agent::set_label(client.external_labels, name, pair.substr(equals + 1));
    }
  }
  return {};
}

Status apply_flags(const AgentOptions& options, agent::PromtailConfig& promtail) {
  if (!options.http_address.empty()) promtail.server.http_listen_address = options.http_address;
  if (!options.positions_file.empty()) promtail.positions.filename = options.positions_file;
  if (const std::string& port = options.http_port; !port.empty()) {
    const char* last = port.data() + port.size();
    int64_t number = 0;
    const auto [end, failure] = std::from_chars(port.data(), last, number);
    if (failure != std::errc() || end != last || number < 0 || number > 65535)
      return invalid("-server.http-listen-port: expected 0 to 65535, found " + port);
    promtail.server.http_listen_port = number;
  }
  return add_external_labels(options.external_labels, promtail);
}

// What flags, environment and a file, ours or Promtail's, say together.
Result<agent::AgentConfig> make_config(const AgentOptions& options, LogSettings& log) {
  SettingFlags flags = options.flags;
  std::optional<agent::PromtailConfig> promtail;
  if (!flags.config_path.empty()) {
    flags.config_path = first_file(flags.config_path);
    ASSIGN_OR_RETURN(promtail, load_promtail_file(flags.config_path, options.expand_env));
  }
  if (promtail) RETURN_IF_ERROR(apply_flags(options, *promtail));
  if (promtail && options.print_config) std::cerr << agent::without_secrets(promtail->text) << '\n';
  config::Settings settings;
  ASSIGN_OR_RETURN(agent::AgentConfig config,
                   agent::load_agent_config(promtail ? "" : flags.config_path, flags.values,
                                            config::process_environment(), settings));
  ASSIGN_OR_RETURN(log, make_log_settings(settings));
  if (promtail) {
    if (!settings.is_set("log-level")) {
      const auto level = parse_log_level(promtail->server.log_level);
      if (level.ok()) log.level = *level;
    }
    RETURN_IF_ERROR(agent::apply_promtail(std::move(*promtail), settings, config));
  }
  config.version = LOGSVC_VERSION;
  return config;
}

// The jobs that a trial is about, and the containers they are for.
agent::PromtailConfig tried_jobs(const AgentOptions& options, const agent::AgentConfig& config) {
  if (config.promtail) return *config.promtail;
  agent::PromtailConfig out;
  out.warnings = config.reading.warnings;
  if (options.from_docker || options.from_stdin) {
    out.scrapes = {config.reading.docker};
    out.scrapes[0].docker.emplace_back().host = config.docker_host;
  } else {
    out.scrapes = config.reading.others;
  }
  return out;
}

// The last lines of the containers of each job.
Status try_containers(const agent::PromtailConfig& jobs, const agent::AgentConfig& config,
                      const agent::DryRunOptions& dry, const agent::PipelineContext& context) {
  std::vector<std::string> warnings;
  ASSIGN_OR_RETURN(const auto compiled, agent::compile_jobs(jobs, context, warnings));
  std::atomic<bool> stop{false};
  for (size_t i = 0; i < compiled.size(); ++i) {
    for (const agent::DockerSdConfig& docker : jobs.scrapes[i].docker) {
      agent::DockerTrial trial;
      trial.docker = docker;
      if (!config.promtail) trial.rules = config.reading.containers;
      trial.max_line_bytes = config.max_line_bytes;
      RETURN_IF_ERROR(
          agent::dry_run_docker(*compiled[i], trial, dry, context.clock, stop, std::cout));
    }
  }
  return {};
}

// Prints what would be sent, and ends.
int try_out(const AgentOptions& options, const agent::AgentConfig& config) {
  const agent::PromtailConfig jobs = tried_jobs(options, config);
  if (jobs.scrapes.empty()) {
    return bad_configuration(
        "nothing to try: give lines with --stdin, --docker for those of containers, or files in "
        "the configuration (--config)");
  }
  SystemClock clock;
  Metrics metrics;
  Diagnostics diagnostics(clock, LogLevel::kWarn);
  std::istringstream lines;
  agent::DryRunOptions dry;
  dry.inspect = options.inspect;
  dry.colours = ::isatty(STDOUT_FILENO) == 1 && !std::getenv("NO_COLOR");
  dry.host = config.host_label;
  if (options.from_stdin || jobs.files.stdin) {
    lines.str(std::string((std::istreambuf_iterator<char>(std::cin)), {}));
    dry.lines = &lines;
  }
  const Status done =
      options.from_docker
          ? try_containers(jobs, config, dry, {clock, metrics, diagnostics, config.host_label})
          : agent::dry_run(jobs, dry, clock, metrics, diagnostics, std::cout);
  std::cout.flush();
  return done.ok() ? 0 : bad_configuration(done.error().message);
}

// With --dry-run, --docker says also that the lines of containers are tried.
void take_docker_flag(AgentOptions& options) {
  const auto docker = options.flags.values.find("docker");
  if (docker == options.flags.values.end()) return;
  options.from_docker = (options.dry_run || options.inspect) && !options.from_stdin;
  if (options.from_docker && docker->second.empty()) options.flags.values.erase(docker);
}

int run_agent(const AgentOptions& options) {
  LogSettings log;
  auto made = make_config(options, log);
  if (!made.ok()) return bad_configuration(made.error().message);
  if (options.check_syntax) {
    std::cout << options.flags.config_path << ": fine\n";
    return 0;
  }
  if (options.dry_run || options.inspect) return try_out(options, *made);
  limit_memory_arenas();
  block_signals();
  SystemClock clock;
  PosixFileSystem files;
  Metrics metrics;
  Diagnostics diagnostics(clock, log.level, log.format);
  auto started = agent::Agent::start(std::move(*made), files, clock, metrics, diagnostics);
  if (!started.ok()) {
    diagnostics.error("agent", "cannot start", {{"why", started.error().message}});
    return 1;
  }
  wait_for_stop_signal();
  diagnostics.info("agent", "stopping");
  started->reset();
  return 0;
}

}  // namespace

void add_agent_command(CLI::App& app, int& exit_code) {
  auto* command = app.add_subcommand(
      "agent", "Collect the logs of containers, files and journals and push them");
  auto options = std::make_shared<AgentOptions>();
  add_setting_flags(*command, agent::agent_settings(), options->flags);
  command->add_flag("--config-expand-env", options->expand_env,
                    "Replace ${VAR} in a Promtail file (Promtail's -config.expand-env)");
  command->add_flag("--check-syntax", options->check_syntax, "Check the configuration, and end");
  command->add_flag(
      "--dry-run", options->dry_run,
      "Print what the files of a configuration give, with --docker what the last lines "
      "of running containers give; push nothing");
  command->add_flag("--inspect", options->inspect,
                    "As --dry-run, with each line before and after every stage");
  command->add_flag("--stdin", options->from_stdin, "With --dry-run: lines of standard input");
  // Without a value: of the Docker host that is set otherwise.
  command->get_option("--docker")->expected(0, 1);
  // Known for the sake of command lines written for Promtail; not shown in the help.
  for (auto [name, value] : {std::pair{"--client-external-labels", &options->external_labels},
                             {"--server-http-listen-address", &options->http_address},
                             {"--server-http-listen-port", &options->http_port},
                             {"--positions-file", &options->positions_file}}) {
    command->add_option(name, *value)->group("");
  }
  command->add_flag("--print-config-stderr", options->print_config)->group("");
  command->callback([&exit_code, options] {
    take_docker_flag(*options);
    exit_code = run_agent(*options);
  });
}

}  // namespace logsvc
