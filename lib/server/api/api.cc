#include "server/api/api.h"

#include <chrono>

#include "server/shared/shared_items.h"
#include "server/transport/params.h"
#include "server/transport/reply.h"
#include "server/transport/response_compression.h"
#include "server/transport/websocket_handshake.h"
#include "wire/agent_report.h"

namespace logsvc::server {
namespace {

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

Api::Api(Routes routes, ApiOptions options, const Gate& gate, LoginGuard& guard,
         LookupAudit& lookups, const StaticFiles& page, const TailLoop& tail, Metrics& metrics,
         Diagnostics& diagnostics)
    : routes_(std::move(routes)),
      options_(options),
      gate_(gate),
      guard_(guard),
      lookups_(lookups),
      page_(page),
      tail_(tail),
      metrics_(metrics),
      diagnostics_(diagnostics),
      inflight_(metrics.gauge("loki_inflight_requests", "Requests being answered")),
      request_bytes_(metrics.counter("logsvc_request_body_bytes_total", "Bytes of request bodies")),
      response_bytes_(
          metrics.counter("logsvc_response_body_bytes_total", "Bytes of answers, as sent")),
      refused_at_gate_(
          metrics.counter("logsvc_gate_refused_total",
                          "Requests of other origins, to hosts that are not ours, or of agents "
                          "without their certificate")) {}

uint64_t Api::max_body_bytes(Route::Body body) const {
  switch (body) {
    case Route::Body::kSmall:
      return 64 << 10;
    case Route::Body::kForm:
      return 2 << 20;
    case Route::Body::kLogin:
      return 4 << 10;
    case Route::Body::kShared:
      return 2 * SharedItems::kMaxFileBytes;
    case Route::Body::kPush:
      return options_.max_push_bytes;
  }
  return 0;
}

// Where agents show certificates, whoever shows none may do nothing that only agents do.
Status Api::check_certificate(const http::Request& head, const Route* route) const {
  if (!options_.agents_show_certificate || head.has_certificate) return {};
  const bool pushes = route && route->body == Route::Body::kPush;
  if (!pushes && !head.headers.has(wire::kAgentReportHeader)) return {};
  return Error{ErrorCode::kPermission,
               "pushing takes a client certificate by an authority of tls_client_ca, shown to the "
               "API's port (agents: push_cert_file and push_key_file)\n"};
}

http::Admission Api::admit(const http::Request& head) {
  bool known_path = false;
  const Route* route = routes_.find(head, known_path);
  const bool looks = head.method == "GET" || head.method == "HEAD" || head.method == "OPTIONS";
  const bool upgrade = http::lists_word(head.header("Upgrade"), "websocket");
  const bool changes = !looks || upgrade || (route && route->get_changes);
  // A path that no route has is a file of the page, which is open to anybody.
  Status passes = gate_.check(head, route ? route->access : Access::kOpen, changes);
  if (passes.ok()) passes = check_certificate(head, route);
  if (passes.ok()) {
    const bool body = route && !looks;
    const bool push = body && route->body == Route::Body::kPush;
    return {max_body_bytes(body ? route->body : Route::Body::kSmall), {}, push};
  }
  refused_at_gate_.add();
  diagnostics_.warn("server", "request refused at the gate",
                    {{"why", passes.error().message}, {"path", head.path}, {"peer", head.peer}});
  http::Admission out;
  send_error(out.refusal.emplace(), passes.error());
  return out;
}

void Api::handle(http::Request& request, http::Response& response, bool with_page) {
  const char* name = "other";
  const auto begun = std::chrono::steady_clock::now();
  request_bytes_.add(request.body.size());
  {
    const InFlight counted(inflight_);
    serve(request, response, with_page, name);
  }
  if (options_.compress_responses) compress_response(request, response);
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

void Api::serve(http::Request& request, http::Response& response, bool with_page,
                const char*& name) {
  // A browser that opens /services wants the page of that name; tools want Loki's list.
  const bool browser = request.header("Accept").find("text/html") != std::string::npos;
  if (with_page && browser && request.method == "GET" && page_.serve(request, response)) return;
  bool known_path = false;
  if (const Route* route = routes_.find(request, known_path)) {
    name = route->name;
    const auto principal = guard_.admitted(request, route->access, response);
    if (!principal) return;
    if (route->access != Access::kOpen && route->access != Access::kPush) {
      const Status escapes = check_escapes(request);
      if (!escapes.ok()) return send_error(response, escapes.error());
    }
    lookups_.note(request, *principal);
    return route->handler(request, response, *principal);
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

bool Api::upgrade(std::unique_ptr<http::Stream>& stream, const http::Request& request,
                  http::Response& response) {
  bool known_path = false;
  const Route* route = routes_.find(request, known_path);
  if (!route || !route->upgrade) {
    send_text(response, 404, "404 page not found\n");
    return false;
  }
  const auto principal = guard_.admitted(request, route->access, response);
  if (!principal) return false;
  if (tail_.full()) {
    send_error(response, {ErrorCode::kUnavailable, "too many live readers; try again later\n"});
    return false;
  }
  const std::string accept = websocket_accept(request);
  if (accept.empty()) {
    response.set_header("Sec-WebSocket-Version", "13");
    send_text(response, 400, "Bad Request\n");
    return false;
  }
  lookups_.note(request, *principal);
  return route->upgrade(stream, accept, request, response, *principal);
}

}  // namespace logsvc::server
