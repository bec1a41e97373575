#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <csignal>
#include <cstdlib>
#include <iostream>
#include <iterator>
#include <memory>
#include <sstream>

#include "agent/agent.h"
#include "agent/dry_run.h"
#include "agent/dry_run_docker.h"
#include "agent/files/positions_file.h"
#include "agent/promtail/flags.h"
#include "agent/shown_config.h"
#include "commands.h"
#include "exit_codes.h"
#include "os/memory.h"
#include "promtail_file.h"

namespace logsvc {
namespace {

struct AgentOptions {
  SettingFlags flags;
  bool expand_env = false;
  bool check_syntax = false;
  bool dry_run = false;
  bool inspect = false;
  bool from_stdin = false;
  bool from_docker = false;
  std::vector<std::string> promtail_flags;  // NAME=VALUE of flags that only Promtail has
  std::vector<std::string> unknown_flags;
  bool print_config = false;
};

int bad_configuration(const std::string& message) {
  std::cerr << "logsvc agent: " << message << '\n';
  return kBadConfiguration;
}

// Returns the first of several paths, separated by commas, that exists; Promtail does the same.
std::string first_file(const std::string& paths) {
  std::istringstream in(paths);
  for (std::string path; std::getline(in, path, ',');) {
    if (::access(path.c_str(), F_OK) == 0) return path;
  }
  return paths;
}

agent::FlagValues flags_of(const AgentOptions& options) {
  agent::FlagValues out;
  for (const std::string& flag : options.promtail_flags) {
    const size_t equals = flag.find('=');
    out.emplace_back(flag.substr(0, equals), flag.substr(equals + 1));
  }
  return out;
}

// Some flags of Promtail have the name of a setting of ours, such as max-line-size.
bool is_setting(const std::string& name) {
  const auto& all = agent::agent_settings();
  return std::any_of(all.begin(), all.end(),
                     [&](const config::SettingSpec& one) { return one.name == name; });
}

// Without a file of Promtail, this takes over what its flags have in common with our settings.
Status use_as_settings(const AgentOptions& options, SettingFlags& flags) {
  for (const auto& [name, value] : flags_of(options)) {
    if (name == "client.url") {
      flags.values.emplace("push", value);
    } else if (name == "client.tenant-id") {
      flags.values.emplace("tenant", value);
    } else if (is_setting(name)) {
      flags.values.emplace(name, value);
    } else {
      return invalid("-" + name + " changes what a Promtail file says: give one with -config.file");
    }
  }
  return {};
}

// Joins what flags, environment and a file, ours or Promtail's, say.
Result<agent::AgentConfig> make_config(const AgentOptions& options, LogSettings& log) {
  SettingFlags flags = options.flags;
  std::optional<agent::PromtailConfig> promtail;
  if (!flags.config_path.empty()) {
    flags.config_path = first_file(flags.config_path);
    ASSIGN_OR_RETURN(promtail, load_promtail_file(flags.config_path, options.expand_env));
  }
  if (promtail) {
    RETURN_IF_ERROR(agent::apply_promtail_flags(flags_of(options), *promtail));
  } else {
    RETURN_IF_ERROR(use_as_settings(options, flags));
  }
  if (promtail && options.from_stdin) promtail->files.stdin = true;
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

// Selects the jobs that a trial is about, and the containers they are for.
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

// Tries the last lines of the containers of each job.
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

// Prints what would be sent, and returns.
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
  dry.masker = config.masker;
  PosixFileSystem files;
  if (config.promtail) {
    const auto known = agent::read_positions_file(files, jobs.positions.filename);
    if (known.ok()) dry.offsets = known->offsets;
  }
  if (options.from_stdin || jobs.files.stdin) {
    lines.str(std::string((std::istreambuf_iterator<char>(std::cin)), {}));
    dry.lines = &lines;
  }
  agent::PipelineContext context{clock, metrics, diagnostics, config.host_label};
  context.masker = config.masker;
  const Status done = options.from_docker
                          ? try_containers(jobs, config, dry, context)
                          : agent::dry_run(jobs, dry, clock, metrics, diagnostics, std::cout);
  std::cout.flush();
  return done.ok() ? 0 : bad_configuration(done.error().message);
}

// With --dry-run, --docker also says that the lines of containers are tried.
void take_docker_flag(AgentOptions& options) {
  const auto docker = options.flags.values.find("docker");
  if (docker == options.flags.values.end()) return;
  options.from_docker = (options.dry_run || options.inspect) && !options.from_stdin;
  if (options.from_docker && docker->second.empty()) options.flags.values.erase(docker);
}

// Runs the agent, and another one when the configuration is read again. What was read and not
// pushed is on disk, so the change loses nothing.
class RunningAgent {
 public:
  RunningAgent(const AgentOptions& options, Diagnostics& diagnostics)
      : options_(options), diagnostics_(diagnostics) {}

  // Runs until a signal ends it; returns the exit code.
  int run(agent::AgentConfig config) {
    if (!start(std::move(config))) return 1;
    while (wait_for_stop_or_reload()) {
      if (!reload()) return 1;
    }
    diagnostics_.info("agent", "stopping");
    agent_.reset();
    return 0;
  }

 private:
  bool start(agent::AgentConfig config) {
    config_ = std::move(config);
    config_.on_reload = nullptr;
    config_.on_input_end = [] { ::kill(::getpid(), SIGTERM); };
    if (config_.promtail && config_.promtail->server.enable_runtime_reload)
      config_.on_reload = [this] { return ask_to_reload(); };
    metrics_ = std::make_unique<Metrics>();  // with the series of the stages that exist now
    metrics_->sample_function("promtail_config_reload_success_total",
                              "Times that the configuration was read again", "counter",
                              [this](const auto& add) { add("", {}, reloads_); });
    metrics_->sample_function("promtail_config_reload_fail_total",
                              "Times that reloading the configuration failed", "counter",
                              [this](const auto& add) { add("", {}, failures_); });
    auto started = agent::Agent::start(config_, files_, clock_, *metrics_, diagnostics_);
    if (!started.ok()) {
      diagnostics_.error("agent", "cannot start", {{"why", started.error().message}});
      return false;
    }
    agent_ = std::move(*started);
    return true;
  }

  // Runs on a thread of the page: it answers with errors, and the thread that waits makes the
  // change.
  Status ask_to_reload() {
    LogSettings log;
    const auto made = make_config(options_, log);
    if (!made.ok()) {
      ++failures_;
      return made.error();
    }
    ::kill(::getpid(), SIGHUP);
    return {};
  }

  // Returns false if no agent runs any more, neither with the new configuration nor with the old
  // one.
  bool reload() {
    LogSettings log;
    auto made = make_config(options_, log);
    if (!made.ok()) {
      ++failures_;
      diagnostics_.error("agent", "cannot reload the configuration; the previous one stays in use",
                         {{"why", made.error().message}});
      return true;
    }
    const agent::AgentConfig before = config_;
    agent_.reset();
    if (start(std::move(*made))) {
      ++reloads_;
      diagnostics_.info("agent", "configuration reloaded");
      return true;
    }
    ++failures_;
    return start(before);
  }

  const AgentOptions& options_;
  Diagnostics& diagnostics_;
  SystemClock clock_;
  PosixFileSystem files_;
  std::atomic<int> reloads_{0}, failures_{0};
  agent::AgentConfig config_;
  std::unique_ptr<Metrics> metrics_;
  std::unique_ptr<agent::Agent> agent_;
};

int run_agent(const AgentOptions& options) {
  if (!options.unknown_flags.empty()) {
    std::cerr << "logsvc agent: -" << options.unknown_flags[0]
              << " is neither a flag of logsvc agent nor of Promtail\n";
    return kWrongUsage;
  }
  LogSettings log;
  auto made = make_config(options, log);
  if (!made.ok()) return bad_configuration(made.error().message);
  if (options.check_syntax) {
    std::cout << options.flags.config_path << ": fine\n";
    return 0;
  }
  if (options.dry_run || options.inspect) return try_out(options, *made);
  if (options.from_stdin && !made->promtail)
    return bad_configuration("--stdin needs a Promtail file (--config)");
  limit_memory_arenas(2);
  block_signals();
  block_reload_signal();
  SystemClock clock;
  Diagnostics diagnostics(clock, log.level, log.format);
  return RunningAgent(options, diagnostics).run(std::move(*made));
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
  command->add_flag("--stdin", options->from_stdin,
                    "Read lines of standard input instead, with the first job's stages (without a "
                    "Promtail file: with --dry-run)");
  // Without a value it means the Docker host that is configured elsewhere.
  command->get_option("--docker")->expected(0, 1);
  // This takes command lines written for Promtail (see promtail_flags.h); the help does not show
  // it.
  command->add_option("--promtail-flag", options->promtail_flags)
      ->allow_extra_args(false)
      ->group("");
  command->add_option("--unknown-flag", options->unknown_flags)->allow_extra_args(false)->group("");
  command
      ->add_flag_callback("--version",
                          [] {
                            std::cout << "logsvc " LOGSVC_VERSION "\n";
                            throw CLI::Success();
                          })
      ->group("");
  command->add_flag("--print-config-stderr", options->print_config)->group("");
  command->callback([&exit_code, options] {
    take_docker_flag(*options);
    exit_code = run_agent(*options);
  });
}

}  // namespace logsvc
