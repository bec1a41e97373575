#include "agent/agent.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <thread>

#include "agent/log_sources.h"
#include "agent/push/http_push_target.h"
#include "agent/push/measured_push_target.h"
#include "agent/push/pusher.h"
#include "agent/shown_config.h"
#include "agent/status_page.h"
#include "base/mutex.h"
#include "base/shown_url.h"
#include "net/url.h"

namespace logsvc::agent {
namespace {

constexpr Duration kMaxBackoff = 30 * kSecond;  // even if a client would wait longer

// Returns a server's row among the targets of the status page.
TargetRow row_of(const Pusher::Status& server, const RefusedLines& refused) {
  TargetRow row{"server", "push", server.name, {}};
  row.details.emplace_back("waiting_lines", std::to_string(server.waiting_lines));
  if (server.clock_offset) {
    const Duration offset = *server.clock_offset - *server.clock_offset % kMillisecond;
    row.details.emplace_back("clock_offset", format_duration(offset));
  }
  row.details.emplace_back("refused_lines", std::to_string(refused.lines()));
  if (!server.error.empty())
    row.details.emplace_back("last_error", format_rfc3339(server.error_at) + " " + server.error);
  return row;
}

}  // namespace

// Members depend on those before them; destruction in reverse order is the shutdown.
struct Agent::Impl : SpoolWakeup, ReportSource {
  Impl(AgentConfig c, const Clock& k, Metrics& m, Diagnostics& d)
      : config(std::move(c)), clock(k), registry(m), diagnostics(d), metrics(m) {}
  ~Impl() override {
    ending = true;
    MutexLock lock(describing);
    described = false;
  }
  Status open_spool(FileSystem& files);
  Status open_page();
  Status start_pushers();
  // Waits until all is pushed, on the thread of standard input.
  void finish_input() const;
  void wake() override {
    for (const auto& pusher : pushers) pusher->wake();
  }
  wire::AgentReport report() override;
  std::vector<wire::SourceDescription> sources() override {
    MutexLock lock(describing);
    return described ? log_sources->describe() : std::vector<wire::SourceDescription>();
  }

  const AgentConfig config;
  const Clock& clock;
  Metrics& registry;
  Diagnostics& diagnostics;
  const Timestamp started = clock.now();
  AgentMetrics metrics;
  std::unique_ptr<Spool> spool;
  std::unique_ptr<RefusedLines> refused;
  std::vector<std::unique_ptr<PushTarget>> targets;
  std::vector<std::unique_ptr<Pusher>> pushers;
  std::unique_ptr<LogSources> log_sources;
  std::atomic<bool> reading{false};  // the sources have been started
  std::atomic<bool> ending{false};
  // Pushers outlive the sources and ask for their description.
  Mutex describing;
  bool described GUARDED_BY(describing) = false;
  std::unique_ptr<StatusPage> page;  // reads gauges of the others
};

Status Agent::Impl::open_spool(FileSystem& files) {
  SpoolOptions options;
  options.max_bytes = config.spool_bytes;
  options.on_dropped = [this](size_t client, uint64_t lines) {
    metrics.lines_overrun.add(lines);
    diagnostics.error("agent",
                      "the spool is full: the oldest lines go, unsent, for a client that lags",
                      {{"client", config.clients[client].name}, {"lines", std::to_string(lines)}});
  };
  options.on_lost = [this](const std::string& what, uint64_t groups) {
    metrics.spool_lost_groups.add(groups);
    diagnostics.error("agent", "the spool is corrupt: groups of lines are lost",
                      {{"groups", std::to_string(groups)}, {"what", what}});
  };
  for (const ClientConfig& client : config.clients) options.clients.push_back(client.name);
  ASSIGN_OR_RETURN(spool, Spool::open(files, config.data_dir, std::move(options)));
  RefusedLines::Options kept;
  kept.on_dropped = [this](uint64_t lines) {
    metrics.refused_dropped.add(lines);
    diagnostics.error("agent", "too many lines were refused: the oldest of those kept aside go",
                      {{"lines", std::to_string(lines)}});
  };
  ASSIGN_OR_RETURN(refused, RefusedLines::open(files, config.data_dir, std::move(kept)));
  registry.gauge_function("logsvc_agent_refused_lines",
                          "Lines that a server refused, kept aside until somebody has seen why",
                          [this] { return static_cast<double>(refused->lines()); });
  if (config.masker) {
    registry.sample_function(
        "logsvc_masked_total", "Texts that a masking rule has hidden", "counter",
        [masker = config.masker](const Metrics::AddSample& add) {
          for (size_t i = 0; i < masker->rules().size(); ++i) {
            add("", {{"rule", masker->rules()[i].name}}, static_cast<double>(masker->count(i)));
          }
        });
  }
  registry.gauge_function("logsvc_agent_spool_bytes", "Bytes that wait on disk",
                          [this] { return static_cast<double>(spool->size_bytes()); });
  return {};
}

Status Agent::Impl::open_page() {
  if (config.listen.empty()) return {};
  ASSIGN_OR_RETURN(const auto address, config::parse_listen_address(config.listen));
  StatusInputs shown;
  shown.targets = [this] {
    std::vector<TargetRow> rows = reading ? log_sources->targets() : std::vector<TargetRow>();
    if (reading) {
      for (const auto& pusher : pushers) rows.push_back(row_of(pusher->status(), *refused));
    }
    return rows;
  };
  shown.not_ready = [this]() -> std::string {
    if (config.promtail && !config.promtail->server.health_check_target) return "";
    return reading ? log_sources->not_ready() : "starting";
  };
  if (config.promtail) {
    shown.prefix = config.promtail->server.http_path_prefix;
    shown.config = without_secrets(config.promtail->text);
  }
  shown.reload = config.on_reload;
  registry.gauge_function("promtail_targets_active_total", "Targets being read", [this] {
    return reading ? static_cast<double>(log_sources->targets().size()) : 0;
  });
  registry.sample_function("promtail_sent_entries_total", "Lines that a server took", "counter",
                           [&sent = metrics.lines_sent](const Metrics::AddSample& add) {
                             add("", {}, static_cast<double>(sent.value()));
                           });
  ASSIGN_OR_RETURN(page, StatusPage::open(address, clock, registry, diagnostics, std::move(shown)));
  return {};
}

wire::AgentReport Agent::Impl::report() {
  wire::AgentReport r;
  r.host = config.host_label;
  r.version = config.version;
  r.started = started;
  r.containers = static_cast<uint64_t>(metrics.readers.value());
  r.retries = metrics.push_retries.value();
  if (const uint64_t lost = metrics.lines_overrun.value(); lost > 0) r.dropped["spool_full"] = lost;
  return r;
}

Status Agent::Impl::start_pushers() {
  for (const ClientConfig& client : config.clients) {
    PusherOptions options;
    options.name = client.name;
    options.client = pushers.size();
    options.batch.bytes = static_cast<uint64_t>(client.batch_bytes);
    options.batch.external_labels = client.external_labels;
    options.min_backoff = client.backoff.min_period;
    options.max_backoff = std::min<Duration>(client.backoff.max_period, kMaxBackoff);
    ASSIGN_OR_RETURN(auto target, make_http_push_target(client));
    const auto url = net::parse_url(client.url);
    const std::string host = url.ok() ? url->host + ":" + std::to_string(url->port) : client.name;
    targets.push_back(measured(std::move(target), host, registry, clock));
    pushers.push_back(std::make_unique<Pusher>(*spool, *refused, *targets.back(), clock, metrics,
                                               diagnostics, std::move(options), *this));
  }
  if (pushers.empty()) {
    diagnostics.error(
        "agent", "no server: set LOKI_URL or --push; lines are collected and wait in the spool");
  }
  return {};
}

void Agent::Impl::finish_input() const {
  for (size_t client = 0; client < pushers.size(); ++client) {
    while (!ending && spool->waiting_lines(client) > 0)
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  if (!ending && !pushers.empty()) config.on_input_end();
}

Agent::Agent(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Agent::~Agent() = default;

Result<std::unique_ptr<Agent>> Agent::start(AgentConfig config, FileSystem& files,
                                            const Clock& clock, Metrics& metrics,
                                            Diagnostics& diagnostics) {
  auto p = std::make_unique<Impl>(std::move(config), clock, metrics, diagnostics);
  RETURN_IF_ERROR(p->open_spool(files));
  // Opens the page before anything is read: if the address is in use nothing has happened yet.
  RETURN_IF_ERROR(p->open_page());
  RETURN_IF_ERROR(p->start_pushers());
  ASSIGN_OR_RETURN(p->log_sources,
                   LogSources::start({p->config, *p->spool, *p, files, clock, metrics, p->metrics,
                                      diagnostics, [impl = p.get()] { impl->finish_input(); }}));
  p->reading = true;
  {
    MutexLock lock(p->describing);
    p->described = true;
  }
  std::string servers;
  for (const ClientConfig& client : p->config.clients)
    servers += (servers.empty() ? "" : ", ") + without_url_secrets(client.url);
  if (p->config.promtail) {
    for (const std::string& warning : p->config.promtail->warnings) {
      diagnostics.warn("agent", "configuration: " + warning);
    }
  }
  diagnostics.info("agent", "collecting",
                   {{"docker", p->config.promtail ? "as configured"
                                                  : without_url_secrets(p->config.docker_host)},
                    {"push", servers.empty() ? "nowhere yet" : servers},
                    {"host", p->config.host_label},
                    {"data", p->config.data_dir}});
  return std::unique_ptr<Agent>(new Agent(std::move(p)));
}

}  // namespace logsvc::agent
