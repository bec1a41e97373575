#include "server/api/team_api.h"

#include <nlohmann/json.hpp>

#include "server/auth/principal_event.h"
#include "server/transport/params.h"
#include "server/transport/reply.h"

namespace logsvc::server {

namespace {

bool sees_reports(const Principal& principal) {
  return principal.scoped_to.empty() && !principal.masked();
}

std::string text_of(const nlohmann::json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

// What a request that was accepted has put and removed: "views: its name", "views: its id".
AuditEvent change_event(const Principal& principal, const std::string& request) {
  std::vector<std::string> put, removed;
  const auto root = nlohmann::json::parse(request, nullptr, false);
  if (root.contains("put")) {
    for (const auto& one : root["put"]) {
      put.push_back(text_of(one, "kind") + ": " + text_of(one["item"], "name"));
    }
  }
  if (root.contains("remove")) {
    for (const auto& one : root["remove"]) {
      removed.push_back(text_of(one, "kind") + ": " + text_of(one, "id"));
    }
  }
  AuditEvent out = audit_event(AuditKind::kSharedChanged, principal);
  out.detail.push_back({"put", std::move(put)});
  out.detail.push_back({"removed", std::move(removed)});
  return out;
}

}  // namespace

void TeamApi::add_to(Routes& routes) {
  using A = Access;
  routes.add({"GET", "/api/shared", "api_shared", A::kRead, handler(this, &TeamApi::shared)});
  routes.add({"POST", "/api/shared", "api_shared", A::kOperate, handler(this, &TeamApi::change),
              Route::Body::kShared});
  routes.add({"GET", "/api/counters", "api_counters", A::kRead, handler(this, &TeamApi::counters)});
}

void TeamApi::shared(const http::Request& request, http::Response& response,
                     const Principal& principal) {
  send_json(response, shared_items_.text(Params(request).text("version"), sees_reports(principal)));
}

void TeamApi::change(const http::Request& request, http::Response& response,
                     const Principal& principal) {
  // Pages of other sites cannot send this type without a preflight request, which nobody answers.
  if (http::media_type_of(request.header("Content-Type")) != "application/json") {
    return send_text(response, 403, "changes come as application/json, from this page\n");
  }
  const Status changed = shared_items_.change(request.body);
  if (!changed.ok()) return send_error(response, changed.error());
  if (audit_.enabled()) audit_.record(change_event(principal, request.body));
  business_counters_.sync();
  send_json(response, shared_items_.text("", sees_reports(principal)));
}

// A history is read once for everybody: it goes on even if the client that happened to ask leaves.
void TeamApi::counters(const http::Request&, http::Response& response, const Principal& principal) {
  const Status read = queries_.run({"counters", -1}, [&](const logql::QueryRun& run) -> Status {
    send_json(response, business_counters_.text(principal, run));
    return {};
  });
  if (!read.ok()) send_error(response, read.error());
}

}  // namespace logsvc::server
