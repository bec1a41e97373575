#include "agent/log_sources.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cctype>
#include <set>

#include "agent/docker/container_rules.h"
#include "agent/docker/container_watcher.h"
#include "agent/docker/docker_host.h"
#include "agent/docker/event_lines.h"
#include "agent/docker/meta_labels.h"
#include "agent/docker/read_loop.h"
#include "agent/files/file_targets.h"
#include "agent/files/spool_store.h"
#include "agent/files/stream_target.h"
#include "agent/gelf/gelf_target.h"
#include "agent/journald/journal_target.h"
#include "agent/pipeline/output_limits.h"
#include "agent/promtail_state.h"
#include "agent/push/batch.h"
#include "agent/push_api/push_api_target.h"
#include "agent/syslog/syslog_target.h"

namespace logsvc::agent {
namespace {

// Returns the beginning of our container's id, which is the host name inside a container.
std::string own_id_prefix() {
  char name[256] = {};
  ::gethostname(name, sizeof name - 1);
  const std::string text = name;
  const bool hex = text.size() == 12 && std::all_of(text.begin(), text.end(), [](unsigned char c) {
                     return std::isxdigit(c);
                   });
  return hex ? text : "";
}

// Returns how far a reader that has read to a line of this time is behind its log; -1: not known. A
// line gets its time shortly before it is in the file.
Duration lag_of(const WatchedContainer& container, Timestamp read_to) {
  constexpr Duration kNoLag = kSecond;
  struct stat file = {};
  if (read_to == 0 || container.path.empty() || ::stat(container.path.c_str(), &file) != 0)
    return -1;
  const Duration lag = file.st_mtim.tv_sec * kSecond + file.st_mtim.tv_nsec - read_to;
  return lag > kNoLag ? lag : 0;
}

// A job that reads the containers of a Docker host.
struct DockerJob {
  bool wants(const Container& container) const {
    if (!passes_filters(container, config.filters) || !rules.keep(container)) return false;
    return job->keeps(labels(container, OutputStream::kStdout)) ||
           job->keeps(labels(container, OutputStream::kStderr));
  }
  Labels labels(const Container& container, OutputStream stream) const {
    return meta_labels(container, stream, {config.port, config.host_networking_host});
  }
  std::shared_ptr<const Job> job;
  DockerSdConfig config;
  std::string prefix;            // prefix of its containers' sources in the spool
  bool network_details = false;  // the rules use them
  ContainerRules rules = {};     // set by agent.yaml
};

// The threads that read one host's containers for one job.
struct DockerReading {
  DockerReading(DockerJob j, Diagnostics& d)
      : job(std::move(j)), asked(other_filters(job.config.filters)), diagnostics(d) {}
  ~DockerReading() {
    stop = true;
    if (loop) loop->stop();  // before the watcher, to which it reports
  }
  // Runs on the watcher's thread.
  bool wants(const Container& container) const {
    if (!job.wants(container)) return false;
    if (asked.empty()) return true;
    const auto listed = client->is_listed(container.id, asked, stop);
    if (listed.ok()) return *listed;
    if (!stop) {
      diagnostics.warn("agent", "Docker does not apply a filter: the container is not read",
                       {{"job", job.job->name()}, {"why", listed.error().message}});
    }
    return false;
  }
  DockerJob job;
  DockerFilters asked;  // filters of the job that only Docker can check
  Diagnostics& diagnostics;
  std::atomic<bool> stop{false};
  std::unique_ptr<DockerClient> client;
  std::unique_ptr<EventLines> events;
  std::unique_ptr<ReadLoop> loop;
  std::unique_ptr<ContainerWatcher> watcher;
};

// Each reading thread has its own store.
struct JournalReading {
  std::string job, path;
  std::unique_ptr<SpoolStore> store;
  std::unique_ptr<JournalTarget> target;
};

struct SyslogReading {
  std::string job, address;
  std::unique_ptr<SpoolStore> store;
  std::unique_ptr<SyslogTarget> target;
};

struct GelfReading {
  std::string job, address;
  std::unique_ptr<SpoolStore> store;
  std::unique_ptr<GelfTarget> target;
};

struct PushReading {
  std::string job, address;
  std::unique_ptr<SpoolStore> store;
  std::unique_ptr<PushApiTarget> target;
};

// Returns whether the rules use a label.
bool look_at(const std::vector<RelabelConfig>& rules, const std::string& label) {
  return std::any_of(rules.begin(), rules.end(), [&](const RelabelConfig& rule) {
    const auto& names = rule.source_labels;
    return rule.action == RelabelAction::kLabelMap ||
           std::find(names.begin(), names.end(), label) != names.end();
  });
}

}  // namespace

// Members depend on those before them; destruction in reverse order is the shutdown.
struct LogSources::Impl {
  explicit Impl(const Context& c) : context(c) {}
  ~Impl();
  Status start_docker(DockerJob job, bool with_events);
  std::map<std::string, Timestamp> places(const DockerReading& reading) const;
  Status start_promtail(const PromtailConfig& config);
  Status start_own(const ReadingConfig& config);
  void start_input(const PromtailConfig& config, const Job& job);
  void start_files(const FileTargetConfig& config, std::vector<FileJob> jobs);
  // The caller sets the options that do not come from the scrape config.
  void start_journal(const ScrapeConfig& scrape, std::shared_ptr<const Job> job,
                     JournalTarget::Options options);
  Status start_syslog(const ScrapeConfig& scrape, std::shared_ptr<const Job> job);
  Status start_gelf(const ScrapeConfig& scrape, std::shared_ptr<const Job> job);
  Status start_push_api(const ScrapeConfig& scrape, std::shared_ptr<const Job> job);
  std::unique_ptr<SpoolStore> make_store() const {
    return std::make_unique<SpoolStore>(context.spool, context.wakeup, context.clock,
                                        context.metrics, context.diagnostics);
  }
  PipelineContext pipelines() const {
    return {context.clock, context.registry,     context.diagnostics, context.config.host_label,
            databases,     context.config.masker};
  }

  const Context context;
  const std::shared_ptr<GeoDatabases> databases = std::make_shared<GeoDatabases>();
  JournalMetrics journal_metrics{context.registry};
  SyslogMetrics syslog_metrics{context.registry};
  GelfMetrics gelf_metrics{context.registry};
  PushApiMetrics push_metrics{context.registry};
  std::unique_ptr<PromtailState> promtail;  // null without a Promtail file
  std::vector<std::unique_ptr<DockerReading>> docker;
  std::unique_ptr<SpoolStore> file_store;
  std::unique_ptr<FileTargets> files;
  std::vector<JournalReading> journals;
  std::vector<SyslogReading> syslogs;
  std::vector<GelfReading> gelfs;
  std::vector<PushReading> pushes;
  std::unique_ptr<SpoolStore> input_store;
  std::unique_ptr<StreamTarget> input;
};

LogSources::Impl::~Impl() {
  if (file_store) file_store->stop();
  for (auto& journal : journals) journal.store->stop();
  for (auto& syslog : syslogs) syslog.store->stop();
  for (auto& gelf : gelfs) gelf.store->stop();
  for (auto& push : pushes) push.store->stop();
  if (input_store) input_store->stop();
  if (!promtail) return;
  for (const auto& reading : docker) {
    reading->loop->stop();
    promtail->save_containers(places(*reading));
  }
}

// Returns how far each container was read, by id.
std::map<std::string, Timestamp> LogSources::Impl::places(const DockerReading& reading) const {
  std::map<std::string, Timestamp> out;
  for (const WatchedContainer& container : reading.watcher->status()) {
    const auto cursor =
        decode_cursor(context.spool.state(reading.job.prefix + container.id).position);
    if (cursor.ok() && cursor->timestamp > 0) out[container.id] = cursor->timestamp;
  }
  return out;
}

Status LogSources::Impl::start_docker(DockerJob job, bool with_events) {
  const AgentConfig& config = context.config;
  ASSIGN_OR_RETURN(DockerHost host, docker_host_of(job.config, config::process_environment()));
  auto reading = std::make_unique<DockerReading>(std::move(job), context.diagnostics);
  const DockerJob& from = reading->job;
  reading->client = std::make_unique<DockerClient>(std::move(host));
  ReadLoop::Options options;
  options.make_pipeline = [&from](const Container& container, OutputStream stream) {
    return from.job->open(from.labels(container, stream));
  };
  options.max_line_bytes = config.max_line_bytes;
  options.source_prefix = from.prefix;
  reading->loop =
      std::make_unique<ReadLoop>(context.spool, context.wakeup, context.clock, context.metrics,
                                 context.diagnostics, std::move(options));
  WatcherOptions watching;
  watching.read_by = config.read_by == "api"    ? ReadBy::kApi
                     : config.read_by == "file" ? ReadBy::kFile
                                                : ReadBy::kAuto;
  watching.own_id_prefix = own_id_prefix();
  watching.reconcile_interval = from.config.refresh_interval;
  watching.network_details = from.network_details;
  watching.wanted = [r = reading.get()](const Container& container) { return r->wants(container); };
  watching.wanted_changes = !reading->asked.empty();
  if (with_events) {
    reading->events =
        std::make_unique<EventLines>(context.spool, context.wakeup, context.clock,
                                     context.metrics.lines_overrun, config.host_label);
    watching.events_since = reading->events->last();
    watching.on_event = [events = reading->events.get()](const DockerEvent& event) {
      events->add(event);
    };
  }
  reading->watcher = std::make_unique<ContainerWatcher>(
      *reading->client, *reading->loop, context.spool, context.clock, context.metrics,
      context.diagnostics, std::move(watching));
  docker.push_back(std::move(reading));
  return {};
}

void LogSources::Impl::start_files(const FileTargetConfig& config, std::vector<FileJob> jobs) {
  FileTargets::Options options;
  options.jobs = std::move(jobs);
  options.sync_period = config.sync_period;
  options.host = context.config.host_label;
  if (promtail) {
    options.promtail_offsets = promtail->offsets();
    options.on_positions = [this](const auto& now) { promtail->save_offsets(now); };
  }
  file_store = make_store();
  files = std::make_unique<FileTargets>(std::move(options), *file_store, context.clock,
                                        context.registry, context.diagnostics);
}

Status LogSources::Impl::start_syslog(const ScrapeConfig& scrape, std::shared_ptr<const Job> job) {
  SyslogReading reading{scrape.job_name, scrape.syslog->listen_address, make_store(), nullptr};
  (void)reading.store->position("syslog/" + scrape.job_name);
  const bool names_hosts = look_at(scrape.relabel, "__syslog_connection_hostname");
  ASSIGN_OR_RETURN(reading.target, SyslogTarget::open(std::move(job), *scrape.syslog, names_hosts,
                                                      {*reading.store, context.clock,
                                                       syslog_metrics, context.diagnostics}));
  syslogs.push_back(std::move(reading));
  return {};
}

Status LogSources::Impl::start_gelf(const ScrapeConfig& scrape, std::shared_ptr<const Job> job) {
  GelfReading reading{scrape.job_name, scrape.gelf->listen_address, make_store(), nullptr};
  (void)reading.store->position("gelf/" + scrape.job_name);
  ASSIGN_OR_RETURN(reading.target, GelfTarget::open(std::move(job), *scrape.gelf,
                                                    {*reading.store, context.clock, gelf_metrics,
                                                     context.diagnostics}));
  gelfs.push_back(std::move(reading));
  return {};
}

Status LogSources::Impl::start_push_api(const ScrapeConfig& scrape,
                                        std::shared_ptr<const Job> job) {
  const PushApiConfig& config = *scrape.push_api;
  PushReading reading{scrape.job_name, config.listen_address, make_store(), nullptr};
  (void)reading.store->position("push/" + scrape.job_name);
  ASSIGN_OR_RETURN(reading.target,
                   PushApiTarget::open(std::move(job), config,
                                       {*reading.store, context.clock, context.registry,
                                        push_metrics, context.diagnostics}));
  reading.address += ":" + std::to_string(reading.target->port());
  pushes.push_back(std::move(reading));
  return {};
}

// Reads standard input as Promtail does: with the first job's stages and the labels of its
// static_configs.
void LogSources::Impl::start_input(const PromtailConfig& config, const Job& job) {
  const std::string source = "stdin/" + job.name();
  input_store = make_store();
  (void)input_store->position(source);
  input = std::make_unique<StreamTarget>(
      STDIN_FILENO, source, job.open_unruled(stream_labels(config.scrapes[0]), nullptr),
      *input_store, context.clock, context.on_input_end);
}

Status LogSources::Impl::start_promtail(const PromtailConfig& config) {
  ASSIGN_OR_RETURN(promtail,
                   PromtailState::open(context.files, config.positions, context.diagnostics));
  std::vector<std::string> warnings;  // already shown when the file was loaded
  ASSIGN_OR_RETURN(const auto jobs, compile_jobs(config, pipelines(), warnings));
  if (config.files.stdin) {
    if (jobs.empty()) return invalid("standard input needs a scrape_config, for its stages");
    start_input(config, *jobs[0]);
    return {};
  }
  std::vector<FileJob> file_jobs;
  for (size_t i = 0; i < jobs.size(); ++i) {
    const ScrapeConfig& scrape = config.scrapes[i];
    for (size_t n = 0; n < scrape.docker.size(); ++n) {
      const DockerSdConfig& sd = scrape.docker[n];
      const std::string number = n == 0 ? "" : "-" + std::to_string(n);
      const std::string prefix = "docker" + number + "/" + scrape.job_name + "/";
      RETURN_IF_ERROR(promtail->give_containers(context.spool, prefix, context.clock.now()));
      RETURN_IF_ERROR(
          start_docker({jobs[i], sd, prefix, want_network_details(scrape.relabel)}, false));
    }
    if (!scrape.files.empty() || !scrape.file_sd.empty()) {
      file_jobs.push_back(
          {jobs[i], scrape.files, scrape.file_sd, scrape.encoding, scrape.decompression});
    }
    if (scrape.gelf) RETURN_IF_ERROR(start_gelf(scrape, jobs[i]));
    if (scrape.syslog) RETURN_IF_ERROR(start_syslog(scrape, jobs[i]));
    if (scrape.push_api) RETURN_IF_ERROR(start_push_api(scrape, jobs[i]));
    if (scrape.journal) {
      JournalTarget::Options options;
      options.start = promtail->journal_cursor(scrape.job_name);
      options.on_position = [this, name = scrape.job_name](const std::string& cursor) {
        promtail->save_journal(name, cursor);
      };
      options.sync_period = config.positions.sync_period;
      start_journal(scrape, jobs[i], std::move(options));
    }
  }
  if (!file_jobs.empty()) start_files(config.files, std::move(file_jobs));
  return {};
}

void LogSources::Impl::start_journal(const ScrapeConfig& scrape, std::shared_ptr<const Job> job,
                                     JournalTarget::Options options) {
  JournalReading reading{scrape.job_name, scrape.journal->path, make_store(), nullptr};
  options.config = *scrape.journal;
  reading.target =
      std::make_unique<JournalTarget>(std::move(job), std::move(options), *reading.store,
                                      context.clock, journal_metrics, context.diagnostics);
  journals.push_back(std::move(reading));
}

// Starts what agent.yaml or the defaults configure.
Status LogSources::Impl::start_own(const ReadingConfig& config) {
  std::vector<std::string> warnings;  // already shown when the file was loaded
  if (!context.config.docker_host.empty()) {
    ASSIGN_OR_RETURN(auto job, Job::compile(config.docker, nullptr, pipelines(), warnings));
    DockerSdConfig here;
    here.host = context.config.docker_host;
    RETURN_IF_ERROR(
        start_docker({std::move(job), here, "docker/", false, config.containers}, true));
  }
  std::vector<FileJob> file_jobs;
  for (const ScrapeConfig& scrape : config.others) {
    ASSIGN_OR_RETURN(auto job, Job::compile(scrape, nullptr, pipelines(), warnings));
    if (scrape.journal) {
      start_journal(scrape, std::move(job), {});
    } else {
      file_jobs.push_back(
          {std::move(job), scrape.files, {}, scrape.encoding, scrape.decompression});
    }
  }
  if (!file_jobs.empty()) start_files({}, std::move(file_jobs));
  return {};
}

LogSources::LogSources(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
LogSources::~LogSources() = default;

Result<std::unique_ptr<LogSources>> LogSources::start(const Context& context) {
  auto p = std::make_unique<Impl>(context);
  if (context.config.promtail) {
    RETURN_IF_ERROR(p->start_promtail(*context.config.promtail));
  } else {
    RETURN_IF_ERROR(p->start_own(context.config.reading));
  }
  return std::unique_ptr<LogSources>(new LogSources(std::move(p)));
}

std::string LogSources::not_ready() const {
  for (const auto& reading : impl_->docker) {
    if (!reading->watcher->has_listed())
      return "Docker has not told its containers yet: " + reading->job.config.host;
  }
  const bool any = impl_->input || !impl_->docker.empty() || !impl_->journals.empty() ||
                   !impl_->syslogs.empty() || !impl_->gelfs.empty() || !impl_->pushes.empty() ||
                   (impl_->files && !impl_->files->status().empty());
  return any ? "" : "no target to read yet";
}

std::vector<wire::SourceDescription> LogSources::describe() const {
  std::vector<wire::SourceDescription> out;
  for (const auto& reading : impl_->docker) {
    const auto places = impl_->places(*reading);
    for (const WatchedContainer& container : reading->watcher->status()) {
      const auto place = places.find(container.id);
      const Timestamp read_to = place == places.end() ? 0 : place->second;
      out.push_back({reported_source(reading->job.prefix + container.id), container.name,
                     container.driver, container.read_by, read_to, lag_of(container, read_to),
                     container.running});
    }
  }
  return out;
}

std::vector<TargetRow> LogSources::targets() const {
  std::vector<TargetRow> out;
  for (const auto& reading : impl_->docker) {
    const auto places = impl_->places(*reading);
    for (const WatchedContainer& container : reading->watcher->status()) {
      const auto place = places.find(container.id);
      const std::string read_to = place == places.end() ? "" : format_rfc3339(place->second);
      out.push_back({"docker",
                     reading->job.job->name(),
                     container.name,
                     {{"id", container.id.substr(0, 12)},
                      {"driver", container.driver},
                      {"read_by", container.read_by},
                      {"read_to", read_to}}});
    }
  }
  for (const JournalReading& journal : impl_->journals)
    out.push_back({"journal", journal.job, journal.path, {}});
  for (const GelfReading& gelf : impl_->gelfs) out.push_back({"gelf", gelf.job, gelf.address, {}});
  for (const PushReading& push : impl_->pushes)
    out.push_back({"loki_push_api", push.job, push.address, {}});
  for (const SyslogReading& syslog : impl_->syslogs) {
    out.push_back({"syslog",
                   syslog.job,
                   syslog.address,
                   {{"connections", std::to_string(syslog.target->connections())}}});
  }
  if (!impl_->files) return out;
  for (const auto& file : impl_->files->status()) {
    out.push_back(
        {"file",
         file.job,
         file.path,
         {{"offset", std::to_string(file.offset)}, {"lag_bytes", std::to_string(file.lag_bytes)}}});
  }
  return out;
}

}  // namespace logsvc::agent
