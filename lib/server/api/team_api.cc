#include "server/api/team_api.h"

#include "server/transport/params.h"
#include "server/transport/reply.h"

namespace logsvc::server {

void TeamApi::add_to(Routes& routes) {
  using A = Access;
  routes.add({"GET POST", "/api/shared", "api_shared", A::kReader, handler(this, &TeamApi::shared),
              Route::Body::kShared});
  routes.add(
      {"GET", "/api/counters", "api_counters", A::kReader, handler(this, &TeamApi::counters)});
}

void TeamApi::shared(const http::Request& request, http::Response& response) {
  if (request.method == "GET") {
    return send_json(response, shared_items_.text(Params(request).text("version")));
  }
  // Pages of other sites cannot send this type without a preflight request, which nobody answers.
  if (http::media_type_of(request.header("Content-Type")) != "application/json") {
    return send_text(response, 403, "changes come as application/json, from this page\n");
  }
  const Status changed = shared_items_.change(request.body);
  if (!changed.ok()) return send_error(response, changed.error());
  business_counters_.sync();
  send_json(response, shared_items_.text(""));
}

// A history is read once for everybody: it goes on even if the client that happened to ask leaves.
void TeamApi::counters(const http::Request&, http::Response& response) {
  const Status read = queries_.run({"counters", -1}, [&](const logql::QueryRun& run) -> Status {
    send_json(response, business_counters_.text(run));
    return {};
  });
  if (!read.ok()) send_error(response, read.error());
}

}  // namespace logsvc::server
