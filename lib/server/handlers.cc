#include "server/handlers.h"

#include "server/api/loki_version.h"

namespace logsvc::server {
namespace {

SettingsInfo settings_info(const ServerConfig& c, const ApiWorld& w) {
  return {c.described, c.described_json,    w.ingest.limits(),
          w.limits,    c.volume_max_series, c.store.retention};
}

}  // namespace

Handlers::Handlers(const ServerConfig& c, const ApiWorld& w)
    : queries_(w.pool, c.compress_responses),
      agents_(w.insight, w.clock, w.diagnostics),
      guard_(w.auth, w.metrics, w.diagnostics),
      push_(w.ingest, agents_, w.clock, w.metrics),
      query_(w.engine, queries_, w.clock),
      labels_(w.store, queries_, w.clock),
      volume_(w.store, queries_, w.clock, c.volume_max_series),
      detected_(w.store, w.engine, queries_, w.clock),
      patterns_(w.store, queries_, w.clock),
      exports_(w.store, w.limits, queries_, w.clock, w.diagnostics),
      live_(w.engine, w.tail, queries_, w.clock),
      pulse_(w.insight, w.tail),
      opening_(w.engine, w.insight, queries_, w.clock),
      team_(w.shared, w.counters, queries_),
      deletions_(w.store, {c.deletion_enabled, c.store.deletion_cancel_period}, w.clock,
                 w.diagnostics),
      status_(w.store, w.ingest, w.tail.hub(), w.clock,
              {c.version, c.demo, c.store.dir, c.store.retention}),
      health_(w.metrics, agents_, c.version),
      settings_(settings_info(c, w), w.diagnostics),
      session_(w.auth, guard_) {
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
  status_.add_to(out);
  health_.add_to(out);
  settings_.add_to(out);
  session_.add_to(out);
  return out;
}

}  // namespace logsvc::server
