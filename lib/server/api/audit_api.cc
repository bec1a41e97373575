#include "server/api/audit_api.h"

#include "server/audit/audit_page.h"
#include "server/transport/params.h"
#include "server/transport/reply.h"

namespace logsvc::server {
namespace {

constexpr uint64_t kMostEntries = 1000;
constexpr size_t kMostText = 4096;

Result<AuditRequest> read_request(const Params& params) {
  AuditRequest out;
  ASSIGN_OR_RETURN(out.range.start, params.time("start", 0));
  ASSIGN_OR_RETURN(out.range.end, params.time("end", INT64_MAX));
  out.user = params.text("user");
  out.text = params.text("text");
  if (out.user.size() > kMostText || out.text.size() > kMostText) {
    return invalid("user and text may have 4096 bytes");
  }
  if (const std::string event = params.text("event"); !event.empty()) {
    out.kind = audit_named(event);
    if (!out.kind) return invalid("event: there is none of that name");
  }
  ASSIGN_OR_RETURN(out.limit, params.limit(out.limit));
  if (out.limit > kMostEntries) return invalid("limit must be at most 1000");
  if (const std::string before = params.text("before"); !before.empty()) {
    out.before = AuditCursor::parse(before);
    if (!out.before) return invalid("before: expected the \"next\" of an earlier answer");
  }
  return out;
}

}  // namespace

void AuditApi::add_to(Routes& routes) {
  routes.add({"GET", "/api/audit", "api_audit", Access::kAdmin, handler(this, &AuditApi::entries)});
}

void AuditApi::entries(const http::Request& request, http::Response& response,
                       const Principal& principal) {
  if (!principal.scoped_to.empty()) {
    return send_text(response, 403, "a login with a scope may not read the audit log\n");
  }
  auto wanted = read_request(Params(request));
  if (!wanted.ok()) return send_error(response, wanted.error());
  const auto log = log_.source();
  if (!log) {
    return send_json(response,
                     "{\"recording\":false,\"entries\":[],\"more\":false,\"next\":\"\"}\n");
  }
  queries_.answer(request, response, principal, [&](const logql::QueryRun& run) -> Status {
    wanted->stop = run.cancellation.token();
    ASSIGN_OR_RETURN(const AuditPage page, read_audit(*log, *wanted));
    send_json(response, "{\"recording\":true,\"entries\":[" + page.entries +
                            "],\"more\":" + (page.next ? "true" : "false") + ",\"next\":\"" +
                            (page.next ? page.next->text() : "") + "\"}\n");
    return {};
  });
}

}  // namespace logsvc::server
