#include "server/server.h"

#include <algorithm>

#include "http/http_server.h"
#include "insight/insight.h"
#include "server/api/api.h"
#include "server/auth/access_changes.h"
#include "server/auth/access_watch.h"
#include "server/handlers.h"
#include "server/opening_reports.h"
#include "server/retention/line_deletion.h"
#include "server/retention/maintenance.h"
#include "server/tls/certificate_keeper.h"
#include "server/tls/own_certificate.h"
#include "tls/fingerprint.h"

namespace logsvc::server {

namespace {

// How much all request bodies, and what is made of them, may hold at once.
constexpr uint64_t kRequestMemory = 512u << 20;

// The API behind one address, with or without the page.
class Listener : public http::Handler {
 public:
  // With always_secure browsers are told to come by TLS only.
  Listener(Api& api, bool with_page, bool always_secure, http::HttpServerOptions options,
           const Clock& clock, Metrics& metrics, Diagnostics& diagnostics)
      : api_(api),
        with_page_(with_page),
        always_secure_(always_secure),
        server_(std::move(options), *this, clock, metrics, diagnostics) {}

  Status start() { return server_.start(); }
  int port() const { return server_.port(); }

  http::Admission admit(const http::Request& head) override { return api_.admit(head); }
  void handle(http::Request& request, http::Response& response) override {
    api_.handle(request, response, with_page_);
    if (always_secure_) response.set_header("Strict-Transport-Security", "max-age=31536000");
  }
  bool upgrade(std::unique_ptr<http::Stream>& stream, http::Request& request,
               http::Response& response) override {
    return api_.upgrade(stream, request, response);
  }

 private:
  Api& api_;
  const bool with_page_;
  const bool always_secure_;
  http::HttpServer server_;
};

std::string tls_text(const TlsSettings& tls) {
  if (tls.self_signed) return "self-signed";
  if (!tls.ui_is_secure()) return "off";
  return tls.api_is_secure() ? "files" : "files, on the dashboard alone";
}

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

AuditOptions audit_options(const ServerConfig& config) {
  AuditOptions options;
  if (config.ask_password) options.dir = config.store.dir + "/audit";
  options.retention = config.audit_retention;
  return options;
}

// What everything that is started gets.
struct Environment {
  FileSystem& files;
  const Clock& clock;
  Metrics& metrics;
  Diagnostics& diagnostics;
};

LoginWays login_ways(const LoginMethods& methods) {
  LoginWays out;
  out.password = methods.password;
  if (methods.proxy) out.proxy.emplace(*methods.proxy);
  out.oidc = methods.oidc.has_value();
  if (methods.oidc) out.oidc_name = methods.oidc->name;
  return out;
}

std::string shown_methods(const LoginMethods& methods) {
  std::string out = methods.password ? "password" : "";
  if (methods.oidc) out += out.empty() ? "oidc" : ",oidc";
  if (methods.proxy) out += out.empty() ? "proxy" : ",proxy";
  return out.empty() ? "off" : out;
}

Result<std::unique_ptr<Authenticator>> open_authenticator(const ServerConfig& config,
                                                          const Environment& s) {
  std::unique_ptr<AccessBook> book;
  std::unique_ptr<SessionStore> sessions;
  if (config.ask_password || config.ingest_access.token_needed) {
    AccessBook::Start start{config.admin_password, config.logins.password};
    ASSIGN_OR_RETURN(auto opened,
                     AccessBook::open(s.files, config.store.dir, start, s.clock, s.diagnostics));
    book = std::move(opened.book);
    sessions = std::make_unique<SessionStore>(s.files, config.store.dir + "/sessions.json",
                                              config.sessions, s.clock, s.diagnostics);
    if (!opened.generated.empty() && config.on_generated_password) {
      config.on_generated_password(opened.generated);
    }
  }
  return std::make_unique<Authenticator>(!config.ask_password, std::move(book), std::move(sessions),
                                         ClientOrigin(config.trusted_proxies), s.clock,
                                         login_ways(config.logins));
}

}  // namespace

// Members depend on those before them; destruction in reverse order is the shutdown.
struct Server::Impl {
  std::unique_ptr<store::Store> store;
  std::unique_ptr<AuditLog> audit;
  std::unique_ptr<insight::Insight> insight;
  std::unique_ptr<logql::Engine> engine;
  std::unique_ptr<TailLoop> tail;
  std::unique_ptr<IngestGuard> guard;
  std::unique_ptr<Ingest> ingest;
  std::unique_ptr<SharedItems> shared;
  std::unique_ptr<Views> views;
  std::unique_ptr<ViewedCounters> counters;
  std::unique_ptr<OpeningReports> reports;
  std::unique_ptr<Authenticator> auth;
  std::unique_ptr<AccessWatch> access_watch;
  std::unique_ptr<oidc::NetworkTransport> provider;
  std::unique_ptr<oidc::OidcLogin> oidc;
  std::unique_ptr<StaticFiles> page;
  std::unique_ptr<Gate> gate;
  std::unique_ptr<QueryPool> queries;
  std::unique_ptr<Handlers> handlers;
  std::unique_ptr<Api> api;
  std::unique_ptr<CertificateKeeper> api_certificate;  // null: plain
  std::unique_ptr<CertificateKeeper> ui_certificate;
  std::unique_ptr<Maintenance> maintenance;
  std::unique_ptr<Listener> api_http;
  std::unique_ptr<Listener> ui_http;

  Status open(const ServerConfig& config, const Environment& s);
  void build_api(const ServerConfig& config, const Environment& s);
  Status open_certificates(const ServerConfig& config, const Environment& s);
  Status listen(const ServerConfig& config, const Environment& s);
};

// Opens what the lines go into, and what reads them.
Status Server::Impl::open(const ServerConfig& config, const Environment& s) {
  ASSIGN_OR_RETURN(store,
                   store::Store::open(config.store, s.files, s.clock, s.metrics, s.diagnostics));
  audit =
      std::make_unique<AuditLog>(audit_options(config), s.files, s.clock, s.metrics, s.diagnostics);
  insight = std::make_unique<insight::Insight>(
      insight::InsightOptions{config.store.dir + "/insight", config.store.retention}, *store,
      *store, s.files, s.clock, s.diagnostics);
  engine = std::make_unique<logql::Engine>(*store, engine_limits(config));
  tail = std::make_unique<TailLoop>(config.live, s.clock, s.metrics);
  guard = std::make_unique<IngestGuard>(config.guard, s.files, s.clock, s.metrics, s.diagnostics);
  guard->count_stored(*store);
  ingest = std::make_unique<Ingest>(config.limits, config.ingest_masker, *insight, tail->hub(),
                                    s.clock, s.metrics, s.diagnostics, guard.get());
  shared = std::make_unique<SharedItems>(
      s.files, config.store.dir + "/shared.json", config.store.dir + "/page.json",
      static_cast<uint64_t>(s.clock.now() / kMillisecond), s.diagnostics);
  views = std::make_unique<Views>(*store, engine_limits(config), config.support_masker,
                                  audit->source());
  counters = std::make_unique<ViewedCounters>(*views, tail->hub(), *shared, s.clock);
  reports = std::make_unique<OpeningReports>(*engine, *insight, *shared, s.clock, s.diagnostics);
  ASSIGN_OR_RETURN(auth, open_authenticator(config, s));
  if (auth->book()) {
    auth->book()->on_foreign_change([this](const AccessList& before, const AccessList& after) {
      for (AuditEvent& event : access_changes(before, after)) {
        event.detail.push_back({"by", "command line"});
        audit->record(event);
      }
    });
  }
  access_watch = std::make_unique<AccessWatch>(*auth);
  if (const auto& chosen = config.logins.oidc) {
    provider = std::make_unique<oidc::NetworkTransport>(chosen->ca_file);
    oidc = std::make_unique<oidc::OidcLogin>(chosen->client, chosen->rules, *provider, s.clock);
  }
  return {};
}

void Server::Impl::build_api(const ServerConfig& config, const Environment& s) {
  const logql::EngineLimits limits = engine_limits(config);
  gate = std::make_unique<Gate>(gate_options(config));
  page = std::make_unique<StaticFiles>(config.web_dir);
  queries = std::make_unique<QueryPool>(pool_options(config, limits), s.metrics);
  handlers = std::make_unique<Handlers>(
      config, ApiWorld{*store, *audit, *views, *queries, *ingest, *guard, *insight, *tail, *shared,
                       *counters, *auth, oidc.get(), s.clock, s.metrics, s.diagnostics});
  api = std::make_unique<Api>(handlers->routes(),
                              ApiOptions{config.compress_responses, config.limits.max_body_bytes,
                                         !config.tls.api.client_ca.empty()},
                              *gate, handlers->guard(), handlers->lookups(), *page, *tail,
                              s.metrics, s.diagnostics);
  const auto small_things = [this, &diagnostics = s.diagnostics] {
    counters->drop_unused();
    if (const Status done = audit->maintain(); !done.ok()) {
      diagnostics.error("audit", "maintenance failed; trying again",
                        {{"why", done.error().message}});
    }
    for (CertificateKeeper* one : {api_certificate.get(), ui_certificate.get()}) {
      if (one) one->look();
    }
  };
  maintenance = std::make_unique<Maintenance>(*store, small_things, s.diagnostics);
}

Status Server::Impl::open_certificates(const ServerConfig& config, const Environment& s) {
  TlsSettings tls = config.tls;
  const bool makes_one = tls.self_signed;
  if (makes_one) {
    ASSIGN_OR_RETURN(const http::TlsFiles own,
                     own_certificate(s.files, config.store.dir, s.clock.now()));
    tls.api.certificate = own.certificate;
    tls.api.key = own.key;
    if (tls.ui.certificate.empty()) tls.ui = own;
  }
  const auto open = [&](const http::TlsFiles& files, const char* listener,
                        std::unique_ptr<CertificateKeeper>& out) -> Status {
    if (files.certificate.empty()) return {};
    ASSIGN_OR_RETURN(out,
                     CertificateKeeper::open(files, listener, s.clock, s.metrics, s.diagnostics));
    return {};
  };
  RETURN_IF_ERROR(open(tls.api, "api", api_certificate));
  RETURN_IF_ERROR(open(tls.ui, "ui", ui_certificate));
  if (makes_one && config.on_self_signed) {
    config.on_self_signed(tls::shown_fingerprint(api_certificate->context()->fingerprint()));
  }
  return {};
}

Status Server::Impl::listen(const ServerConfig& config, const Environment& s) {
  const auto budget = std::make_shared<http::MemoryBudget>(kRequestMemory);
  const auto listener = [&](const config::ListenAddress& address, const http::TlsFiles& files,
                            const CertificateKeeper* certificate, bool with_page) {
    http::HttpServerOptions options;
    options.host = address.host;
    options.port = address.port;
    options.budget = budget;
    if (certificate) options.tls = certificate->context();
    return std::make_unique<Listener>(*api, with_page, !files.certificate.empty(),
                                      std::move(options), s.clock, s.metrics, s.diagnostics);
  };
  api_http = listener(config.listen, config.tls.api, api_certificate.get(), false);
  RETURN_IF_ERROR(api_http->start());
  ui_http = listener(config.ui_listen, config.tls.ui, ui_certificate.get(), true);
  return ui_http->start();
}

Server::Server(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
// Running queries, and who asks a provider, are told to end before anything waits for them.
Server::~Server() {
  impl_->queries->stop();
  if (impl_->provider) impl_->provider->stop();
}

int Server::api_port() const { return impl_->api_http->port(); }
int Server::ui_port() const { return impl_->ui_http->port(); }

Result<std::unique_ptr<Server>> Server::start(ServerConfig config, FileSystem& files,
                                              const Clock& clock, Metrics& metrics,
                                              Diagnostics& diagnostics) {
  config.store.compile_deletion = compile_deletion;
  const Environment s{files, clock, metrics, diagnostics};
  auto p = std::make_unique<Impl>();
  RETURN_IF_ERROR(p->open(config, s));
  RETURN_IF_ERROR(p->open_certificates(config, s));
  p->build_api(config, s);
  RETURN_IF_ERROR(p->listen(config, s));
  diagnostics.info("server", "listening",
                   {{"api", config.listen.host + ":" + std::to_string(p->api_http->port())},
                    {"dashboard", config.ui_listen.host + ":" + std::to_string(p->ui_http->port())},
                    {"data", config.store.dir},
                    {"retention", format_duration(config.store.retention)},
                    {"auth", shown_methods(config.logins)},
                    {"tls", tls_text(config.tls)}});
  return std::unique_ptr<Server>(new Server(std::move(p)));
}

}  // namespace logsvc::server
