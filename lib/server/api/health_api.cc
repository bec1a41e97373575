#include "server/api/health_api.h"

#include "server/api/loki_version.h"
#include "server/transport/reply.h"
#include "wire/agent_report.h"

namespace logsvc::server {

void HealthApi::add_to(Routes& routes) {
  using A = Access;
  routes.add({"GET", "/ready", "ready", A::kOpen, handler(this, &HealthApi::ready)});
  routes.add({"GET", "/healthz", "healthz", A::kOpen, handler(this, &HealthApi::ready)});
  routes.add({"GET", "/readyz", "readyz", A::kOpen, handler(this, &HealthApi::ready)});
  routes.add({"GET", "/livez", "livez", A::kOpen, handler(this, &HealthApi::ready)});
  routes.add({"GET", "/metrics", "metrics", A::kOpen, handler(this, &HealthApi::metrics_page)});
  routes.add({"GET", "/loki/api/v1/status/buildinfo", "loki_api_v1_status_buildinfo", A::kOpen,
              handler(this, &HealthApi::build_info)});
}

void HealthApi::ready(const http::Request&, http::Response& response) {
  send_text(response, 200, "ready\n");
}

void HealthApi::metrics_page(const http::Request&, http::Response& response) {
  response.status = 200;
  response.set_body(metrics_.text(), "text/plain; version=0.0.4; charset=utf-8");
}

// The version is that of the Loki API we answer, since clients compare it; ours is in `branch`.
void HealthApi::build_info(const http::Request& request, http::Response& response,
                           const Principal& principal) {
  if (request.headers.has(wire::kAgentReportHeader) && guard_.may_push(request)) {
    reports_.hear(request, principal.address, response);
  }
  response.status = 200;
  response.set_body("{\"version\":\"" + std::string(kLokiVersion) +
                        "\",\"revision\":\"\",\"branch\":\"logsvc-" + version_ +
                        "\",\"buildUser\":\"\",\"buildDate\":\"\",\"goVersion\":\"\"}",
                    "application/json");
}

}  // namespace logsvc::server
