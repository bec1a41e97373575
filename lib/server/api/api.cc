// The table of contents of the API: one line per URL.
#include "server/api/api.h"

#include <algorithm>
#include <chrono>
#include <cstring>

#include "server/transport/params.h"
#include "server/transport/response_compression.h"

namespace logsvc::server {

const std::vector<Api::Route>& Api::routes() {
  using A = Access;
  static const std::vector<Route> kRoutes = {
      {"POST", "/loki/api/v1/push", "loki_api_v1_push", A::kOpen, &Api::push, Body::kPush},
      {"POST", "/api/prom/push", "api_prom_push", A::kOpen, &Api::legacy_push, Body::kPush},
      {"POST", "/otlp/v1/logs", "otlp_v1_logs", A::kOpen, &Api::otlp_logs, Body::kPush},

      {"GET POST", "/loki/api/v1/query_range", "loki_api_v1_query_range", A::kReader,
       &Api::query_range},
      {"GET POST", "/loki/api/v1/query", "loki_api_v1_query", A::kReader, &Api::query},
      {"GET POST", "/loki/api/v1/labels", "loki_api_v1_labels", A::kReader, &Api::labels},
      {"GET POST", "/loki/api/v1/label", "loki_api_v1_label", A::kReader, &Api::labels},
      {"GET POST", "/loki/api/v1/label/{name}/values", "loki_api_v1_label_name_values", A::kReader,
       &Api::label_values},
      {"GET POST", "/loki/api/v1/series", "loki_api_v1_series", A::kReader, &Api::series},
      {"GET POST", "/loki/api/v1/index/stats", "loki_api_v1_index_stats", A::kReader,
       &Api::index_stats},
      {"GET POST", "/loki/api/v1/index/volume", "loki_api_v1_index_volume", A::kReader,
       &Api::volume},
      {"GET POST", "/loki/api/v1/index/volume_range", "loki_api_v1_index_volume_range", A::kReader,
       &Api::volume_range},
      {"GET POST", "/loki/api/v1/detected_labels", "loki_api_v1_detected_labels", A::kReader,
       &Api::detected_labels},
      {"GET POST", "/loki/api/v1/detected_fields", "loki_api_v1_detected_fields", A::kReader,
       &Api::detected_fields},
      {"GET POST", "/loki/api/v1/detected_field/{name}/values",
       "loki_api_v1_detected_field_name_values", A::kReader, &Api::detected_field_values},
      {"GET POST", "/loki/api/v1/patterns", "loki_api_v1_patterns", A::kReader, &Api::patterns},
      {"GET POST", "/loki/api/v1/format_query", "loki_api_v1_format_query", A::kReader,
       &Api::format_query},
      {"GET POST", "/loki/api/v1/tail", "loki_api_v1_tail", A::kReader, &Api::tail},
      {"GET POST PUT DELETE", "/loki/api/v1/delete", "loki_api_v1_delete", A::kReader,
       &Api::delete_lines},
      {"GET", "/loki/api/v1/rules", "loki_api_v1_rules", A::kReader, &Api::rules},
      {"GET", "/loki/api/v1/rules/{namespace}", "loki_api_v1_rules", A::kReader, &Api::rules},
      {"GET", "/api/prom/rules", "api_prom_rules", A::kReader, &Api::rules},
      {"GET", "/prometheus/api/v1/rules", "prometheus_api_v1_rules", A::kReader, &Api::rules},
      {"GET", "/prometheus/api/v1/alerts", "prometheus_api_v1_alerts", A::kReader, &Api::alerts},

      {"GET POST", "/api/prom/query", "api_prom_query", A::kReader, &Api::legacy_query},
      {"GET POST", "/api/prom/label", "api_prom_label", A::kReader, &Api::legacy_labels},
      {"GET POST", "/api/prom/label/{name}/values", "api_prom_label_name_values", A::kReader,
       &Api::legacy_label_values},
      {"GET POST", "/api/prom/series", "api_prom_series", A::kReader, &Api::series},
      {"GET POST", "/api/prom/tail", "api_prom_tail", A::kReader, &Api::tail},

      {"GET", "/loki/api/v1/drilldown-limits", "loki_api_v1_drilldown_limits", A::kReader,
       &Api::drilldown_limits},
      {"GET", "/loki/api/v1/status/buildinfo", "loki_api_v1_status_buildinfo", A::kOpen,
       &Api::build_info},
      {"GET", "/ready", "ready", A::kOpen, &Api::ready},
      {"GET", "/healthz", "healthz", A::kOpen, &Api::ready},
      {"GET", "/readyz", "readyz", A::kOpen, &Api::ready},
      {"GET", "/livez", "livez", A::kOpen, &Api::ready},
      {"GET", "/metrics", "metrics", A::kOpen, &Api::metrics_page},
      {"GET POST", "/flush", "flush", A::kReader, &Api::flush, Body::kSmall, true},
      {"GET", "/config", "config", A::kReader, &Api::config},
      {"GET", "/services", "services", A::kReader, &Api::services},
      {"GET POST", "/log_level", "log_level", A::kReader, &Api::log_level},

      {"GET", "/api/status", "api_status", A::kReader, &Api::status},
      {"POST", "/api/retention/confirm-clock", "api_retention_confirm_clock", A::kReader,
       &Api::confirm_clock},
      {"GET", "/api/pulse", "api_pulse", A::kReader, &Api::pulse},
      {"GET", "/api/live", "api_live", A::kReader, &Api::tail},
      {"GET", "/api/faults", "api_faults", A::kReader, &Api::faults},
      {"GET", "/api/opening", "api_opening", A::kReader, &Api::opening},
      {"GET", "/api/agents", "api_agents", A::kReader, &Api::agents},
      {"GET POST", "/api/shared", "api_shared", A::kReader, &Api::shared, Body::kShared},
      {"GET", "/api/counters", "api_counters", A::kReader, &Api::counters},
      {"GET", "/api/export", "api_export", A::kReader, &Api::export_lines},
      {"GET", "/api/session", "api_session", A::kOpen, &Api::session},
      {"POST", "/api/login", "api_login", A::kOpen, &Api::log_in, Body::kLogin},
      {"POST", "/api/logout", "api_logout", A::kOpen, &Api::log_out, Body::kLogin},
  };
  return kRoutes;
}

namespace {

// Whether the path has the route's form; {name} takes one part.
bool path_matches(std::string_view route, std::string_view path) {
  const size_t open = route.find('{');
  if (open == std::string_view::npos) return route == path;
  const std::string_view behind = route.substr(route.find('}') + 1);
  if (path.size() <= open + behind.size() || path.substr(0, open) != route.substr(0, open) ||
      !path.ends_with(behind)) {
    return false;
  }
  const std::string_view part = path.substr(open, path.size() - open - behind.size());
  return part.find('/') == std::string_view::npos;
}

bool lists_method(std::string_view methods, std::string_view method) {
  const size_t at = methods.find(method);
  return at != std::string_view::npos && (at == 0 || methods[at - 1] == ' ') &&
         (at + method.size() == methods.size() || methods[at + method.size()] == ' ');
}

int status_of(ErrorCode code) {
  switch (code) {
    case ErrorCode::kInvalid:
    case ErrorCode::kUnsupported:
      return 400;
    case ErrorCode::kPermission:
      return 403;
    case ErrorCode::kNotFound:
      return 404;
    case ErrorCode::kTooLarge:
      return 413;
    case ErrorCode::kLimit:
      return 429;
    case ErrorCode::kCancelled:
      return 499;
    case ErrorCode::kNoSpace:
    case ErrorCode::kUnavailable:
      return 503;
    case ErrorCode::kTimeout:
      return 504;
    case ErrorCode::kUnprocessable:
    case ErrorCode::kCorrupt:
    case ErrorCode::kIo:
      return 500;
  }
  return 500;
}

const std::vector<double> kDurationBounds = {.005, .01, .025, .05, .1, .25, .5,
                                             1,    2.5, 5,    10,  25, 50,  100};

class InFlight {
 public:
  explicit InFlight(Gauge& gauge) : gauge_(gauge) { gauge_.add(1); }
  ~InFlight() { gauge_.add(-1); }
  InFlight(const InFlight&) = delete;
  InFlight& operator=(const InFlight&) = delete;

 private:
  Gauge& gauge_;
};

}  // namespace

void send_text(http::Response& response, int status, const std::string& body) {
  response.status = status;
  response.set_header("X-Content-Type-Options", "nosniff");
  response.set_body(body, "text/plain; charset=utf-8");
}

void send_error(http::Response& response, const Error& error) {
  if (error.code == ErrorCode::kNoSpace || error.code == ErrorCode::kUnavailable ||
      error.code == ErrorCode::kLimit) {
    response.set_header("Retry-After", "5");
  }
  send_text(response, status_of(error.code), error.message);
}

void send_json(http::Response& response, std::string body) {
  response.status = 200;
  response.set_header("Cache-Control", "no-store");
  // As set_body() does, which copies the body.
  response.set_header("Content-Type", "application/json; charset=UTF-8");
  response.body = std::move(body);
}

Api::Api(ApiInfo info, store::Store& store, const logql::Engine& engine, Ingest& ingest,
         insight::Insight& insight, TailLoop& tail, SharedItems& shared, Counters& counters,
         Authenticator& auth, const Gate& gate, const StaticFiles& page, const Clock& clock,
         Metrics& metrics, Diagnostics& diagnostics)
    : info_(std::move(info)),
      store_(store),
      engine_(engine),
      ingest_(ingest),
      insight_(insight),
      tail_(tail),
      shared_(shared),
      counters_(counters),
      auth_(auth),
      gate_(gate),
      page_(page),
      clock_(clock),
      metrics_(metrics),
      diagnostics_(diagnostics),
      inflight_(metrics.gauge("loki_inflight_requests", "Requests being answered")),
      request_bytes_(metrics.counter("logsvc_request_body_bytes_total", "Bytes of request bodies")),
      login_failures_(
          metrics.counter("logsvc_login_failures_total", "Passwords that were not the right one")),
      refused_at_gate_(metrics.counter("logsvc_gate_refused_total",
                                       "Requests of other origins, or to hosts that are not ours")),
      response_bytes_(
          metrics.counter("logsvc_response_body_bytes_total", "Bytes of answers, as sent")),
      queries_(info_.query_pool, metrics) {
  metrics
      .gauge("loki_build_info", "Always 1; the labels say what runs",
             {{"version", kLokiVersion},
              {"revision", ""},
              {"branch", "logsvc-" + info_.version},
              {"goversion", ""}})
      .set(1);
  metrics.gauge_function("loki_ingester_memory_streams", "Streams known",
                         [this] { return static_cast<double>(store_.totals().streams); },
                         {{"tenant", "fake"}});
}

// False: the answer (401, 429) is in the response.
bool Api::allowed(const Request& request, Response& response) {
  using Verdict = Authenticator::Verdict;
  const Verdict verdict = auth_.check(request);
  if (verdict == Verdict::kAllowed) return true;
  if (verdict == Verdict::kLimited) {
    send_error(response, {ErrorCode::kLimit, "too many wrong passwords; wait a minute\n"});
    return false;
  }
  if (verdict == Verdict::kWrong) refused_login(request, basic_user(request));
  // The page asks for the password itself: a browser's own dialogue would be in its way.
  if (request.header("X-Requested-With").empty()) {
    response.set_header("WWW-Authenticate", "Basic realm=\"logsvc\"");
  }
  send_text(response, 401, "the admin password is needed\n");
  return false;
}

void Api::refused_login(const Request& request, const std::string& user) {
  login_failures_.add();
  diagnostics_.warn("server", "login failed: wrong password",
                    {{"address", client_address(request)}, {"user", user}});
}

const Api::Route* Api::find_route(const Request& request, bool& known_path) {
  for (const Route& route : routes()) {
    if (route.access == Access::kUnset || !path_matches(route.path, request.path)) continue;
    known_path = true;
    if (lists_method(route.methods, request.method)) return &route;
  }
  return nullptr;
}

uint64_t Api::max_body_bytes(Body body) const {
  switch (body) {
    case Body::kSmall:
      return 64 << 10;
    case Body::kForm:
      return 2 << 20;
    case Body::kLogin:
      return 4 << 10;
    case Body::kShared:
      return 2 * SharedItems::kMaxFileBytes;
    case Body::kPush:
      return ingest_.limits().max_body_bytes;
  }
  return 0;
}

http::Admission Api::admit(const Request& head) {
  bool known_path = false;
  const Route* route = find_route(head, known_path);
  const bool looks = head.method == "GET" || head.method == "HEAD" || head.method == "OPTIONS";
  const bool upgrade = http::lists_word(head.header("Upgrade"), "websocket");
  const bool changes = !looks || upgrade || (route && route->get_changes);
  // What is no route is a file of the page, which is open.
  const Status passes = gate_.check(head, route ? route->access : Access::kOpen, changes);
  if (passes.ok()) {
    const bool body = route && !looks;
    return {max_body_bytes(body ? route->body : Body::kSmall), {}};
  }
  refused_at_gate_.add();
  diagnostics_.warn("server", "refused a request at the gate",
                    {{"why", passes.error().message}, {"path", head.path}, {"peer", head.peer}});
  http::Admission out;
  send_error(out.refusal.emplace(), passes.error());
  return out;
}

void Api::handle(Request& request, Response& response, bool with_page) {
  const char* name = "other";
  const auto begun = std::chrono::steady_clock::now();
  request_bytes_.add(request.body.size());
  {
    const InFlight counted(inflight_);
    serve(request, response, with_page, name);
  }
  if (info_.compress_responses) compress_response(request, response);
  response_bytes_.add(response.body.size());
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begun;
  metrics_
      .histogram("loki_request_duration_seconds", "Time to answer a request", kDurationBounds,
                 {{"method", request.method},
                  {"route", name},
                  {"status_code", std::to_string(response.status)},
                  {"ws", "false"}})
      .observe(took.count());
}

void Api::serve(Request& request, Response& response, bool with_page, const char*& name) {
  // A browser that goes to /services wants the page of that name; tools want Loki's list.
  const bool browser = request.header("Accept").find("text/html") != std::string::npos;
  if (with_page && browser && request.method == "GET" && page_.serve(request, response)) return;
  bool known_path = false;
  if (const Route* route = find_route(request, known_path)) {
    name = route->name;
    if (route->access == Access::kReader) {
      if (!allowed(request, response)) return;
      const Status escapes = check_escapes(request);
      if (!escapes.ok()) return send_error(response, escapes.error());
    }
    return std::visit([&](auto handler) { (this->*handler)(request, response); }, route->handler);
  }
  if (known_path) {
    response.status = 405;
    return;
  }
  if (with_page && (request.method == "GET" || request.method == "HEAD") &&
      page_.serve(request, response)) {
    return;
  }
  send_text(response, 404, "404 page not found\n");
}

}  // namespace logsvc::server
