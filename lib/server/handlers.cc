#include "server/handlers.h"

#include "server/api/loki_version.h"
#include "server/transport/reply.h"

namespace logsvc::server {
namespace {

SettingsInfo settings_info(const ServerConfig& c, const ApiWorld& w) {
  return {c.described,      c.described_json,    w.ingest.limits(),
          w.views.limits(), c.volume_max_series, c.store.retention};
}

}  // namespace

Handlers::Handlers(const ServerConfig& c, const ApiWorld& w)
    : queries_(w.pool, c.compress_responses),
      agents_(w.insight, w.clock, w.diagnostics),
      logins_(w.audit, w.clock),
      lookups_(w.audit, w.clock),
      guard_(w.auth, c.ingest_access, logins_, w.metrics, w.diagnostics),
      push_(w.ingest, agents_, w.clock, w.metrics),
      query_(w.views, queries_, w.clock),
      labels_(w.views, queries_, w.clock),
      volume_(w.views, queries_, w.clock, c.volume_max_series),
      detected_(w.views, queries_, w.clock),
      patterns_(w.views, queries_, w.clock),
      exports_(w.views, queries_, w.audit, w.clock, w.diagnostics),
      live_(w.views, w.tail, queries_, w.clock),
      pulse_(w.views, w.insight, w.tail),
      opening_(w.views, w.insight, queries_, w.clock),
      team_(w.shared, w.counters, queries_, w.audit),
      deletions_(w.store, {c.deletion_enabled, c.store.deletion_cancel_period}, w.audit, w.clock,
                 w.diagnostics),
      audit_(w.audit, queries_),
      status_(w.store, w.audit, w.ingest, w.guard, w.tail.hub(), w.clock,
              {c.version, c.demo, c.store.dir, c.store.retention}),
      health_(w.metrics, agents_, guard_, c.version),
      settings_(settings_info(c, w), w.audit, w.diagnostics),
      masking_(c.support_masker, c.ingest_masker, c.masked_at_ingest, w.metrics),
      session_(w.auth, guard_, logins_, w.audit),
      users_(w.auth, w.audit, w.clock),
      oidc_(w.oidc, c.logins.oidc ? c.logins.oidc->redirect_url : "", w.auth, w.metrics,
            w.diagnostics) {
  w.metrics
      .gauge("loki_build_info", "Always 1; the labels say what runs",
             {{"version", kLokiVersion},
              {"revision", ""},
              {"branch", "logsvc-" + c.version},
              {"goversion", ""}})
      .set(1);
  w.metrics.gauge_function(
      "loki_ingester_memory_streams", "Streams known",
      [&store = w.store] { return static_cast<double>(store.totals().streams); },
      {{"tenant", "fake"}});
}

Routes Handlers::routes() {
  Routes out;
  push_.add_to(out);
  query_.add_to(out);
  labels_.add_to(out);
  volume_.add_to(out);
  detected_.add_to(out);
  patterns_.add_to(out);
  exports_.add_to(out);
  live_.add_to(out);
  pulse_.add_to(out);
  opening_.add_to(out);
  team_.add_to(out);
  deletions_.add_to(out);
  audit_.add_to(out);
  status_.add_to(out);
  health_.add_to(out);
  settings_.add_to(out);
  masking_.add_to(out);
  session_.add_to(out);
  users_.add_to(out);
  oidc_.add_to(out);
  const auto listed = std::make_shared<std::string>();
  out.add({"GET", "/api/routes", "api_routes", Access::kAdmin,
           [listed](http::Request&, http::Response& response, const Principal&) {
             send_json(response, *listed);
           }});
  *listed = out.json();
  return out;
}

}  // namespace logsvc::server
