// The way of a request through the server: the gate, then the route, then who may use it, then the
// audit log if it is a masked role that asks, then its handler or a file of the page. Answers are
// measured and compressed on the way out. Borrows everything but the routes; safe from several
// threads.
#pragma once

#include "http/http_server.h"
#include "http/message.h"
#include "server/access/lookup_audit.h"
#include "server/api/routes.h"
#include "server/auth/gate.h"
#include "server/auth/login_guard.h"
#include "server/live/tail_loop.h"
#include "server/transport/static_files.h"
#include "telemetry/diagnostics.h"
#include "telemetry/metrics.h"

namespace logsvc::server {

struct ApiOptions {
  bool compress_responses = true;
  uint64_t max_push_bytes = 0;           // of a body, as it comes over the wire
  bool agents_show_certificate = false;  // pushes and agents' reports without one are refused
};

class Api {
 public:
  Api(Routes routes, ApiOptions options, const Gate& gate, LoginGuard& guard, LookupAudit& lookups,
      const StaticFiles& page, const TailLoop& tail, Metrics& metrics, Diagnostics& diagnostics);

  // Returns what the gate decides from a head, and how long the body that follows may be.
  http::Admission admit(const http::Request& head);
  // Answers any request that was admitted. With with_page it serves the page's files too.
  void handle(http::Request& request, http::Response& response, bool with_page);
  // Handles a WebSocket request that was admitted, as http::Handler::upgrade does.
  bool upgrade(std::unique_ptr<http::Stream>& stream, const http::Request& request,
               http::Response& response);

 private:
  uint64_t max_body_bytes(Route::Body body) const;
  Status check_certificate(const http::Request& head, const Route* route) const;
  // name is the route's, for the metrics.
  void serve(http::Request& request, http::Response& response, bool with_page, const char*& name);

  const Routes routes_;
  const ApiOptions options_;
  const Gate& gate_;
  LoginGuard& guard_;
  LookupAudit& lookups_;
  const StaticFiles& page_;
  const TailLoop& tail_;
  Metrics& metrics_;
  Diagnostics& diagnostics_;
  Gauge& inflight_;
  Counter& request_bytes_;
  Counter& response_bytes_;
  Counter& refused_at_gate_;
};

}  // namespace logsvc::server
