#include "server/api/delete_api.h"

#include <algorithm>
#include <cstdio>

#include "base/json_text.h"
#include "logql/engine.h"
#include "server/auth/authenticator.h"
#include "server/auth/principal_event.h"
#include "server/query/response_json.h"
#include "server/retention/line_deletion.h"
#include "server/transport/params.h"
#include "server/transport/reply.h"
namespace logsvc::server {
namespace {

constexpr Duration kMaxInterval = 24 * kHour;

// Reads RFC 3339 or ten digits of seconds.
Result<Timestamp> delete_time(const std::string& text, const std::string& name) {
  const Error bad = invalid("invalid " + name + " time: require unix seconds or RFC3339 format");
  if (const auto time = parse_rfc3339(text)) return *time;
  if (text.size() != 10 || text.find_first_not_of("0123456789") != std::string::npos) return bad;
  return to_nanoseconds(std::stoll(text), kSecond);
}

Result<TimeRange> delete_range(const Params& params, Timestamp now) {
  TimeRange range;
  const std::string start = params.url_text("start"), end = params.url_text("end");
  if (start.empty()) return invalid("start time not set");
  ASSIGN_OR_RETURN(range.start, delete_time(start, "start"));
  range.end = now;
  if (!end.empty()) {
    ASSIGN_OR_RETURN(range.end, delete_time(end, "end"));
  }
  if (range.end > now) return invalid("deletes in the future are not allowed");
  if (range.empty()) return invalid("start time can't be greater than or equal to end time");
  range.end = add_saturated(range.end, 1);  // both ends are included
  return range;
}

Status check_interval(const std::string& text) {
  if (text.empty()) return {};
  const auto interval = parse_go_duration(text);
  if (!interval.ok()) return invalid("invalid max_interval: valid time units are 's', 'm', 'h'");
  if (*interval > kMaxInterval) return invalid("max_interval can't be greater than 24h0m0s");
  return {};
}

// Writes "24h0m0s", as Go does.
std::string go_duration(Duration d) {
  const long long seconds = d / kSecond;
  char out[64];
  if (seconds >= 3600) {
    std::snprintf(out, sizeof out, "%lldh%lldm%llds", seconds / 3600, seconds / 60 % 60,
                  seconds % 60);
  } else if (seconds >= 60) {
    std::snprintf(out, sizeof out, "%lldm%llds", seconds / 60, seconds % 60);
  } else {
    std::snprintf(out, sizeof out, "%llds", seconds);
  }
  return out;
}

std::string status_of(const store::DeleteRequest& request) {
  if (request.processed) return "processed";
  return request.percent ? std::to_string(request.percent) + "% Complete" : "received";
}

void refuse(http::Response& response, int status, const std::string& message) {
  send_text(response, status, message + "\n");
}

}  // namespace

void DeleteApi::add_to(Routes& routes) {
  using A = Access;
  routes.add({"GET POST PUT DELETE", "/loki/api/v1/delete", "loki_api_v1_delete", A::kAdmin,
              handler(this, &DeleteApi::delete_lines)});
}

void DeleteApi::delete_lines(const http::Request& request, http::Response& response,
                             const Principal& principal) {
  if (!principal.scoped_to.empty()) {
    return refuse(response, 403, "a login with a scope may not delete lines");
  }
  if (!rules_.enabled) {
    return refuse(response, 403, "deletion is not available for this tenant");
  }
  const Params params(request);
  if (request.method == "GET") return list_deletions(params, response);
  if (request.method == "DELETE") return cancel_deletion(params, response, principal);
  const std::string query = params.url_text("query");
  if (query.empty()) return refuse(response, 400, "query not set");
  if (!compile_deletion(query).ok()) return refuse(response, 400, "invalid query expression");
  const auto range = delete_range(params, clock_.now());
  if (!range.ok()) return refuse(response, 400, range.error().message);
  const Status interval = check_interval(params.url_text("max_interval"));
  if (!interval.ok()) return refuse(response, 400, interval.error().message);
  const auto id = store_.request_deletion(query, *range);
  if (!id.ok()) return send_error(response, id.error());
  diagnostics_.info("server", "delete request accepted",
                    {{"request", *id}, {"query", query}, {"address", principal.address}});
  AuditEvent event = audit_event(AuditKind::kDeletionRequested, principal);
  event.detail.push_back({"request", *id});
  event.detail.push_back({"query", query});
  event.detail.push_back({"startMs", range->start / kMillisecond});
  event.detail.push_back({"endMs", range->end / kMillisecond});
  audit_.record(event);
  response.set_header("X-Delete-Request-Id", *id);
  response.status = 204;
}

void DeleteApi::list_deletions(const Params& params, http::Response& response) {
  TimeRange range;
  for (const auto& [name, bound] :
       {std::pair{"start", &range.start}, std::pair{"end", &range.end}}) {
    const std::string text = params.url_text(name);
    if (text.empty()) continue;
    const auto time = delete_time(text, name);
    if (!time.ok()) return refuse(response, 400, time.error().message);
    *bound = *time;
  }
  std::string out = "[";
  for (const store::DeleteRequest& r : store_.deletions()) {
    if (!range.overlaps(r.range.start, r.range.end - 1)) continue;
    if (out.size() > 1) out += ',';
    out += "{\"request_id\":\"" + r.id +
           "\",\"start_time\":" + std::to_string(r.range.start / kSecond) +
           ",\"end_time\":" + std::to_string((r.range.end - 1) / kSecond) + ",\"query\":";
    append_json_string(out, r.query, JsonEscapes::kHtml);
    out += ",\"status\":\"" + status_of(r) +
           "\",\"created_at\":" + std::to_string(r.created / kSecond) + ",\"user_id\":\"\"}";
  }
  response.status = 200;
  response.set_body(out + "]\n", "application/json");
}

void DeleteApi::cancel_deletion(const Params& params, http::Response& response,
                                const Principal& principal) {
  const std::string id = params.url_text("request_id");
  if (id.empty()) return refuse(response, 400, "request_id not set");
  const bool force = params.url_text("force") == "true";
  const Status cancelled = store_.cancel_deletion(id, force);
  if (cancelled.ok()) {
    AuditEvent event = audit_event(AuditKind::kDeletionCancelled, principal);
    event.detail.push_back({"request", id});
    event.detail.push_back({"force", force ? "true" : "false"});
    audit_.record(event);
    response.status = 204;
    return;
  }
  const Error& error = cancelled.error();
  if (error.code == ErrorCode::kNotFound) return refuse(response, 404, error.message);
  if (error.code == ErrorCode::kInvalid) return refuse(response, 400, error.message);
  if (error.code != ErrorCode::kUnavailable) return send_error(response, error);
  refuse(response, 400,
         "Cancellation of partially completed delete request or delete request past the deadline "
         "of " +
             go_duration(rules_.cancel_period) +
             " since its creation is not allowed. To force, use the ?force query parameter");
}

}  // namespace logsvc::server
