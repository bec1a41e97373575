// Answers whether the server is ready, which version it has, and its metrics. Borrows everything;
// safe from several threads.
#pragma once

#include "server/api/routes.h"
#include "server/auth/login_guard.h"
#include "server/ingest/agent_reports.h"
#include "telemetry/metrics.h"

namespace logsvc::server {

class HealthApi {
 public:
  HealthApi(Metrics& metrics, AgentReports& reports, LoginGuard& guard, std::string version)
      : metrics_(metrics), reports_(reports), guard_(guard), version_(std::move(version)) {}
  void add_to(Routes& routes);

 private:
  void ready(const http::Request& request, http::Response& response);
  void metrics_page(const http::Request& request, http::Response& response);
  void build_info(const http::Request& request, http::Response& response,
                  const Principal& principal);

  Metrics& metrics_;
  AgentReports& reports_;
  LoginGuard& guard_;
  const std::string version_;
};

}  // namespace logsvc::server
