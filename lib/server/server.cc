#include "server/server.h"

#include <algorithm>

#include "http/http_server.h"
#include "insight/insight.h"
#include "server/api/api.h"
#include "server/handlers.h"
#include "server/opening_reports.h"
#include "server/retention/line_deletion.h"
#include "server/retention/maintenance.h"

namespace logsvc::server {

namespace {

// How much all request bodies, and what is made of them, may hold at once.
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

logql::EngineLimits engine_limits(const ServerConfig& config) {
  logql::EngineLimits limits;
  limits.max_entries = config.max_entries;
  limits.max_series = config.max_series;
  limits.timeout = config.query_timeout;
  limits.max_query_length = config.max_query_length;
  if (const uint64_t all = config.query_pool.max_memory_bytes; all > 0) {
    limits.max_memory_bytes = std::min(limits.max_memory_bytes, all);
  }
  return limits;
}

QueryPoolOptions pool_options(const ServerConfig& config, const logql::EngineLimits& limits) {
  QueryPoolOptions options = config.query_pool;
  options.timeout = config.query_timeout;
  options.max_query_memory_bytes = limits.max_memory_bytes;
  return options;
}

// What everything that is started gets.
struct Environment {
  FileSystem& files;
  const Clock& clock;
  Metrics& metrics;
  Diagnostics& diagnostics;
};

Result<std::unique_ptr<Authenticator>> open_authenticator(const ServerConfig& config,
                                                          const Environment& s) {
  std::unique_ptr<PasswordStore> passwords;
  std::unique_ptr<SessionStore> sessions;
  if (config.ask_password) {
    ASSIGN_OR_RETURN(auto opened, PasswordStore::open(s.files, config.store.dir + "/admin-password",
                                                      config.admin_password));
    passwords = std::move(opened.store);
    sessions = std::make_unique<SessionStore>(s.files, config.store.dir + "/admin-sessions",
                                              passwords->hash(), s.clock, s.diagnostics);
    if (!opened.generated.empty() && config.on_generated_password) {
      config.on_generated_password(opened.generated);
    }
  }
  return std::make_unique<Authenticator>(std::move(passwords), std::move(sessions), s.clock);
}

}  // namespace

// Members depend on those before them; destruction in reverse order is the shutdown.
struct Server::Impl {
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
  std::unique_ptr<QueryPool> queries;
  std::unique_ptr<Handlers> handlers;
  std::unique_ptr<Api> api;
  std::unique_ptr<Maintenance> maintenance;
  std::unique_ptr<Listener> api_http;
  std::unique_ptr<Listener> ui_http;

  Status open(const ServerConfig& config, const Environment& s);
  void build_api(const ServerConfig& config, const Environment& s);
  Status listen(const ServerConfig& config, const Environment& s);
};

// Opens what the lines go into, and what reads them.
Status Server::Impl::open(const ServerConfig& config, const Environment& s) {
  ASSIGN_OR_RETURN(store,
                   store::Store::open(config.store, s.files, s.clock, s.metrics, s.diagnostics));
  insight = std::make_unique<insight::Insight>(
      insight::InsightOptions{config.store.dir + "/insight", config.store.retention}, *store,
      *store, s.files, s.clock, s.diagnostics);
  engine = std::make_unique<logql::Engine>(*store, engine_limits(config));
  tail = std::make_unique<TailLoop>(s.clock, s.metrics);
  ingest = std::make_unique<Ingest>(config.limits, *insight, tail->hub(), s.clock, s.metrics,
                                    s.diagnostics);
  shared = std::make_unique<SharedItems>(
      s.files, config.store.dir + "/shared.json", config.store.dir + "/page.json",
      static_cast<uint64_t>(s.clock.now() / kMillisecond), s.diagnostics);
  counters = std::make_unique<Counters>(*engine, tail->hub(), *shared, s.clock);
  reports = std::make_unique<OpeningReports>(*engine, *insight, *shared, s.clock, s.diagnostics);
  ASSIGN_OR_RETURN(auth, open_authenticator(config, s));
  return {};
}

void Server::Impl::build_api(const ServerConfig& config, const Environment& s) {
  const logql::EngineLimits limits = engine_limits(config);
  gate = std::make_unique<Gate>(gate_options(config));
  page = std::make_unique<StaticFiles>(config.web_dir);
  queries = std::make_unique<QueryPool>(pool_options(config, limits), s.metrics);
  handlers = std::make_unique<Handlers>(
      config, ApiWorld{*store, *engine, limits, *queries, *ingest, *insight, *tail, *shared,
                       *counters, *auth, s.clock, s.metrics, s.diagnostics});
  api = std::make_unique<Api>(handlers->routes(),
                              ApiOptions{config.compress_responses, config.limits.max_body_bytes},
                              *gate, handlers->guard(), *page, *tail, s.metrics, s.diagnostics);
  maintenance = std::make_unique<Maintenance>(*store, s.diagnostics);
}

Status Server::Impl::listen(const ServerConfig& config, const Environment& s) {
  const auto budget = std::make_shared<http::MemoryBudget>(kRequestMemory);
  const auto listener = [&](const config::ListenAddress& address, bool with_page) {
    http::HttpServerOptions options;
    options.host = address.host;
    options.port = address.port;
    options.budget = budget;
    return std::make_unique<Listener>(*api, with_page, std::move(options), s.clock, s.metrics,
                                      s.diagnostics);
  };
  api_http = listener(config.listen, false);
  RETURN_IF_ERROR(api_http->start());
  ui_http = listener(config.ui_listen, true);
  return ui_http->start();
}

Server::Server(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
// Running queries are told to end before anything waits for them.
Server::~Server() { impl_->queries->stop(); }

int Server::api_port() const { return impl_->api_http->port(); }
int Server::ui_port() const { return impl_->ui_http->port(); }

Result<std::unique_ptr<Server>> Server::start(ServerConfig config, FileSystem& files,
                                              const Clock& clock, Metrics& metrics,
                                              Diagnostics& diagnostics) {
  config.store.compile_deletion = compile_deletion;
  const Environment s{files, clock, metrics, diagnostics};
  auto p = std::make_unique<Impl>();
  RETURN_IF_ERROR(p->open(config, s));
  p->build_api(config, s);
  RETURN_IF_ERROR(p->listen(config, s));
  diagnostics.info("server", "listening",
                   {{"api", config.listen.host + ":" + std::to_string(p->api_http->port())},
                    {"dashboard", config.ui_listen.host + ":" + std::to_string(p->ui_http->port())},
                    {"data", config.store.dir},
                    {"retention", format_duration(config.store.retention)},
                    {"auth", config.ask_password ? "password" : "off"}});
  return std::unique_ptr<Server>(new Server(std::move(p)));
}

}  // namespace logsvc::server
