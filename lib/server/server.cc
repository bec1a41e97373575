#include "server/server.h"

#include <algorithm>

#include "http/http_server.h"
#include "insight/insight.h"
#include "server/api/api.h"
#include "server/opening_reports.h"
#include "server/retention/line_deletion.h"
#include "server/retention/maintenance.h"

namespace logsvc::server {

namespace {

// How much all bodies of requests, and what is made of them, may hold at once.
constexpr uint64_t kRequestMemory = 512u << 20;

// The API behind one address, with or without the page.
class Listener : public http::Handler {
 public:
  Listener(Api& api, bool with_page, http::HttpServerOptions options, const Clock& clock,
           Metrics& metrics, Diagnostics& diagnostics)
      : api_(api),
        with_page_(with_page),
        server_(std::move(options), *this, clock, metrics, diagnostics) {}

  Status start() { return server_.start(); }
  int port() const { return server_.port(); }

  http::Admission admit(const http::Request& head) override { return api_.admit(head); }
  void handle(http::Request& request, http::Response& response) override {
    api_.handle(request, response, with_page_);
  }
  bool upgrade(int socket, http::Request& request, http::Response& response) override {
    return api_.upgrade(socket, request, response);
  }

 private:
  Api& api_;
  const bool with_page_;
  http::HttpServer server_;
};

GateOptions gate_options(const ServerConfig& config) {
  return {!config.ask_password,
          config.off_by_default,
          {config.listen.host, config.ui_listen.host},
          config.allowed_hosts};
}

}  // namespace

// Members depend on those before them; destruction in reverse is the shutdown.
struct Server::Parts {
  std::unique_ptr<store::Store> store;
  std::unique_ptr<insight::Insight> insight;
  std::unique_ptr<logql::Engine> engine;
  std::unique_ptr<TailLoop> tail;
  std::unique_ptr<Ingest> ingest;
  std::unique_ptr<SharedItems> shared;
  std::unique_ptr<Counters> counters;
  std::unique_ptr<OpeningReports> reports;
  std::unique_ptr<Authenticator> auth;
  std::unique_ptr<StaticFiles> page;
  std::unique_ptr<Gate> gate;
  std::unique_ptr<Api> api;
  std::unique_ptr<Maintenance> maintenance;
  std::unique_ptr<Listener> api_http;
  std::unique_ptr<Listener> ui_http;
};

Server::Server(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
// What runs is told to end before anything waits for it.
Server::~Server() { parts_->api->stop_queries(); }

int Server::api_port() const { return parts_->api_http->port(); }
int Server::ui_port() const { return parts_->ui_http->port(); }

Result<std::unique_ptr<Server>> Server::start(ServerConfig config, FileSystem& files,
                                              const Clock& clock, Metrics& metrics,
                                              Diagnostics& diagnostics) {
  auto p = std::make_unique<Parts>();
  config.store.compile_deletion = compile_deletion;
  const std::string password_file = config.store.dir + "/admin-password";
  ASSIGN_OR_RETURN(p->store, store::Store::open(config.store, files, clock, metrics, diagnostics));
  p->insight = std::make_unique<insight::Insight>(
      insight::InsightOptions{config.store.dir + "/insight", config.store.retention}, *p->store,
      *p->store, files, clock, diagnostics);
  logql::EngineLimits limits;
  limits.max_entries = config.max_entries;
  limits.max_series = config.max_series;
  limits.timeout = config.query_timeout;
  limits.max_query_length = config.max_query_length;
  config.query_pool.timeout = config.query_timeout;
  if (const uint64_t all = config.query_pool.max_memory_bytes; all > 0) {
    limits.max_memory_bytes = std::min(limits.max_memory_bytes, all);
  }
  config.query_pool.max_query_memory_bytes = limits.max_memory_bytes;
  p->engine = std::make_unique<logql::Engine>(*p->store, limits);
  p->tail = std::make_unique<TailLoop>(clock, metrics);
  p->ingest = std::make_unique<Ingest>(config.limits, *p->insight, p->tail->hub(), clock, metrics,
                                       diagnostics);
  p->shared =
      std::make_unique<SharedItems>(files, config.store.dir + "/page.json",
                                    static_cast<uint64_t>(clock.now() / kMillisecond), diagnostics);
  p->counters = std::make_unique<Counters>(*p->engine, p->tail->hub(), *p->shared, clock);
  p->reports =
      std::make_unique<OpeningReports>(*p->engine, *p->insight, *p->shared, clock, diagnostics);
  std::unique_ptr<PasswordStore> passwords;
  std::unique_ptr<SessionStore> sessions;
  if (config.ask_password) {
    ASSIGN_OR_RETURN(auto opened, PasswordStore::open(files, password_file, config.admin_password));
    passwords = std::move(opened.store);
    sessions = std::make_unique<SessionStore>(files, config.store.dir + "/admin-sessions",
                                              passwords->hash(), clock, diagnostics);
    if (!opened.generated.empty() && config.on_generated_password) {
      config.on_generated_password(opened.generated);
    }
  }
  p->auth = std::make_unique<Authenticator>(std::move(passwords), std::move(sessions), clock);
  p->gate = std::make_unique<Gate>(gate_options(config));
  p->page = std::make_unique<StaticFiles>(config.web_dir);
  ApiInfo info{config.version,          config.demo,
               config.described,        config.described_json,
               config.store.dir,        limits,
               config.query_pool,       config.volume_max_series,
               config.store.retention,  config.compress_responses,
               config.deletion_enabled, config.store.deletion_cancel_period};
  p->api = std::make_unique<Api>(std::move(info), *p->store, *p->engine, *p->ingest, *p->insight,
                                 *p->tail, *p->shared, *p->counters, *p->auth, *p->gate, *p->page,
                                 clock, metrics, diagnostics);
  p->maintenance = std::make_unique<Maintenance>(*p->store, diagnostics);
  const auto budget = std::make_shared<http::MemoryBudget>(kRequestMemory);
  const auto listen = [&](const config::ListenAddress& address, bool with_page) {
    http::HttpServerOptions options;
    options.host = address.host;
    options.port = address.port;
    options.budget = budget;
    return std::make_unique<Listener>(*p->api, with_page, std::move(options), clock, metrics,
                                      diagnostics);
  };
  p->api_http = listen(config.listen, false);
  RETURN_IF_ERROR(p->api_http->start());
  p->ui_http = listen(config.ui_listen, true);
  RETURN_IF_ERROR(p->ui_http->start());
  diagnostics.info("server", "listening",
                   {{"api", config.listen.host + ":" + std::to_string(p->api_http->port())},
                    {"dashboard", config.ui_listen.host + ":" + std::to_string(p->ui_http->port())},
                    {"data", config.store.dir},
                    {"retention", format_duration(config.store.retention)},
                    {"auth", config.ask_password ? "password" : "off"}});
  return std::unique_ptr<Server>(new Server(std::move(p)));
}

}  // namespace logsvc::server
