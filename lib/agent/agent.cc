#include "agent/agent.h"

#include <httplib.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <thread>

#include "agent/docker/container_watcher.h"
#include "agent/push/http_push_target.h"
#include "agent/push/pusher.h"

namespace logsvc::agent {
namespace {

// Inside a container the host name is the beginning of its id.
std::string own_id_prefix() {
  char name[256] = {};
  ::gethostname(name, sizeof name - 1);
  const std::string text = name;
  const bool hex = text.size() == 12 && std::all_of(text.begin(), text.end(), [](unsigned char c) {
                     return std::isxdigit(c);
                   });
  return hex ? text : "";
}

// /ready and /metrics.
class StatusPage {
 public:
  StatusPage(const config::ListenAddress& address, const Metrics& metrics) {
    server_.Get("/ready", [](const httplib::Request&, httplib::Response& r) {
      r.set_content("ready\n", "text/plain");
    });
    server_.Get("/metrics", [&metrics](const httplib::Request&, httplib::Response& r) {
      r.set_content(metrics.text(), "text/plain; version=0.0.4");
    });
    server_.new_task_queue = [] { return new httplib::ThreadPool(2); };
    bound_ = server_.bind_to_port(address.host, address.port);
    if (bound_) thread_ = std::thread([this] { server_.listen_after_bind(); });
  }
  ~StatusPage() {
    if (!bound_) return;
    while (!server_.is_running()) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    server_.stop();
    thread_.join();
  }
  bool bound() const { return bound_; }

 private:
  httplib::Server server_;
  bool bound_ = false;
  std::thread thread_;
};

}  // namespace

// Members depend on those before them; destruction in reverse is the shutdown.
struct Agent::Parts {
  explicit Parts(Metrics& m) : metrics(m) {}
  AgentMetrics metrics;
  std::unique_ptr<Spool> spool;
  std::unique_ptr<PushTarget> target;
  std::unique_ptr<Pusher> pusher;
  std::unique_ptr<DockerClient> docker;
  std::unique_ptr<ContainerWatcher> watcher;
  std::unique_ptr<StatusPage> page;  // reads gauges of the others
};

Agent::Agent(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
Agent::~Agent() = default;

Result<std::unique_ptr<Agent>> Agent::start(AgentConfig config, FileSystem& files,
                                            const Clock& clock, Metrics& metrics,
                                            Diagnostics& diagnostics) {
  auto p = std::make_unique<Parts>(metrics);
  ASSIGN_OR_RETURN(p->spool, Spool::open(files, config.data_dir, config.spool_bytes));
  if (!config.listen.empty()) {
    ASSIGN_OR_RETURN(const auto address, config::parse_listen_address(config.listen));
    p->page = std::make_unique<StatusPage>(address, metrics);
    if (!p->page->bound()) {
      return Error{ErrorCode::kUnavailable,
                   "cannot listen on " + config.listen + ": the port is taken"};
    }
  }
  Spool& spool = *p->spool;
  metrics.gauge_function("logsvc_agent_spool_bytes", "Bytes that wait on disk",
                         [&spool] { return static_cast<double>(spool.size_bytes()); });
  if (config.push_url.empty()) {
    diagnostics.error(
        "agent", "no server: set LOKI_URL or --push; lines are collected and wait in the spool");
  } else {
    ASSIGN_OR_RETURN(p->target, make_http_push_target(config.push_url));
    p->pusher = std::make_unique<Pusher>(spool, *p->target, clock, p->metrics, diagnostics,
                                         PusherOptions{});
  }
  ASSIGN_OR_RETURN(DockerHost host, parse_docker_host(config.docker_host));
  p->docker = std::make_unique<DockerClient>(std::move(host));
  Pusher* pusher = p->pusher.get();
  ContainerReader::Context context{*p->docker,
                                   spool,
                                   p->metrics,
                                   diagnostics,
                                   config.host_label,
                                   config.max_line_bytes,
                                   [pusher] {
                                     if (pusher) pusher->wake();
                                   },
                                   [] {}};
  p->watcher = std::make_unique<ContainerWatcher>(std::move(context), own_id_prefix());
  diagnostics.info(
      "agent", "collecting",
      {{"docker", config.docker_host},
       {"push", config.push_url.empty() ? "nowhere yet"
                                        : config.push_url.substr(config.push_url.rfind('@') + 1)},
       {"host", config.host_label},
       {"data", config.data_dir}});
  return std::unique_ptr<Agent>(new Agent(std::move(p)));
}

}  // namespace logsvc::agent
