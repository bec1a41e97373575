// Answers what clients may ask about how this server is set up, and its log level. Borrows
// everything; safe from several threads.
#pragma once

#include "logql/engine.h"
#include "server/api/routes.h"
#include "server/audit/audit_log.h"
#include "server/ingest/ingest_limits.h"
#include "telemetry/diagnostics.h"

namespace logsvc::server {

struct SettingsInfo {
  std::string text;  // for /config
  std::string json;  // for /config?format=json
  IngestLimits ingest;
  logql::EngineLimits queries;
  uint64_t volume_max_series = 1000;
  Duration retention = 0;
};

class SettingsApi {
 public:
  SettingsApi(SettingsInfo info, AuditLog& audit, Diagnostics& diagnostics)
      : info_(std::move(info)), audit_(audit), diagnostics_(diagnostics) {}
  void add_to(Routes& routes);

 private:
  void config(const http::Request& request, http::Response& response);
  void drilldown_limits(const http::Request& request, http::Response& response);
  void log_level(const http::Request& request, http::Response& response,
                 const Principal& principal);
  void services(const http::Request& request, http::Response& response);
  void rules(const http::Request& request, http::Response& response);
  void alerts(const http::Request& request, http::Response& response);

  const SettingsInfo info_;
  AuditLog& audit_;
  Diagnostics& diagnostics_;
};

}  // namespace logsvc::server
