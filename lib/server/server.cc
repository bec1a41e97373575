#include "server/server.h"

#include "insight/insight.h"
#include "server/http/api.h"
#include "server/http/http_server.h"
#include "server/line_deletion.h"
#include "server/maintenance.h"

namespace logsvc::server {

// Members depend on those before them; destruction in reverse is the shutdown.
struct Server::Parts {
  std::unique_ptr<store::Store> store;
  std::unique_ptr<insight::Insight> insight;
  std::unique_ptr<logql::Engine> engine;
  std::unique_ptr<TailLoop> tail;
  std::unique_ptr<Ingest> ingest;
  std::unique_ptr<SharedItems> shared;
  std::unique_ptr<Counters> counters;
  std::unique_ptr<Authenticator> auth;
  std::unique_ptr<StaticFiles> page;
  std::unique_ptr<Api> api;
  std::unique_ptr<Maintenance> maintenance;
  std::unique_ptr<HttpServer> api_http;
  std::unique_ptr<HttpServer> ui_http;
};

Server::Server(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
Server::~Server() = default;

int Server::api_port() const { return parts_->api_http->port(); }
int Server::ui_port() const { return parts_->ui_http->port(); }

namespace {

std::unique_ptr<HttpServer> make_http(const config::ListenAddress& address, Api& api,
                                      uint64_t max_body_bytes, bool with_page) {
  return std::make_unique<HttpServer>(
      HttpServerOptions{address.host, address.port, max_body_bytes, 1024},
      [&api, with_page](const httplib::Request& q, httplib::Response& r) {
        api.handle(q, r, with_page);
      },
      [&api](socket_t socket, const httplib::Request& q, httplib::Response& r) {
        return api.upgrade(socket, q, r);
      });
}

}  // namespace

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
  p->engine = std::make_unique<logql::Engine>(*p->store, limits);
  p->tail = std::make_unique<TailLoop>(clock, metrics);
  p->ingest = std::make_unique<Ingest>(config.limits, *p->insight, p->tail->hub(), clock, metrics,
                                       diagnostics);
  p->shared =
      std::make_unique<SharedItems>(files, config.store.dir + "/page.json",
                                    static_cast<uint64_t>(clock.now() / kMillisecond), diagnostics);
  p->counters = std::make_unique<Counters>(*p->engine, p->tail->hub(), *p->shared, clock);
  std::unique_ptr<PasswordStore> passwords;
  if (config.ask_password) {
    ASSIGN_OR_RETURN(auto opened,
                     PasswordStore::open(files, clock, password_file, config.admin_password));
    passwords = std::move(opened.store);
    if (!opened.generated.empty() && config.on_generated_password) {
      config.on_generated_password(opened.generated);
    }
  }
  p->auth = std::make_unique<Authenticator>(std::move(passwords), clock);
  p->page = std::make_unique<StaticFiles>(config.web_dir);
  ApiInfo info{config.version,
               config.demo,
               config.described,
               config.described_json,
               config.store.dir,
               limits,
               config.volume_max_series,
               config.store.retention,
               config.compress_responses,
               config.deletion_enabled,
               config.store.deletion_cancel_period};
  p->api = std::make_unique<Api>(std::move(info), *p->store, *p->engine, *p->ingest, *p->insight,
                                 *p->tail, *p->shared, *p->counters, *p->auth, *p->page, clock,
                                 metrics, diagnostics);
  p->maintenance = std::make_unique<Maintenance>(*p->store, diagnostics);
  p->api_http = make_http(config.listen, *p->api, config.limits.max_body_bytes, false);
  RETURN_IF_ERROR(p->api_http->start());
  p->ui_http = make_http(config.ui_listen, *p->api, config.limits.max_body_bytes, true);
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
