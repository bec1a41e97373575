// The server side of HTTP/1.1: one listener, one loop that waits for all peers, and a pool of
// threads that answer.
//
// The loop reads whole heads and bodies before a thread of the pool is taken: idle, slow and
// hostile peers cost a socket and what they have sent, never a thread. A connection whose requests
// follow each other closely stays with its thread. Limits bound what a peer may send in bytes
// (limits.h), all bodies together (memory_budget.h), and connections by number and by address; when
// connections run short, the oldest waiting ones are closed. An invalid head ends the connection.
//
// With TLS, handshakes wait in the loop as heads do; what they compute is done by a few threads of
// their own, so that many of them hold up neither the loop nor requests.
//
// start() returns when it listens; the destructor stops it, after the answers in progress are sent.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "base/result.h"
#include "http/limits.h"
#include "http/memory_budget.h"
#include "http/message.h"
#include "http/stream.h"
#include "http/tls_context.h"
#include "os/clock.h"
#include "telemetry/diagnostics.h"
#include "telemetry/metrics.h"

namespace logsvc::http {

// Says what becomes of a request whose head is there and whose body is not yet read.
struct Admission {
  uint64_t max_body_bytes = 0;
  std::optional<Response> refusal;  // sent at once; the connection ends
  bool urgent = false;              // answered before others, by threads that are kept for it
};

// Answers requests. Called from several threads.
class Handler {
 public:
  virtual ~Handler() = default;
  // Decides by the head alone. Must not wait: the loop itself calls it.
  virtual Admission admit(const Request& head) = 0;
  virtual void handle(Request& request, Response& response) = 0;
  // Takes a request for a WebSocket. Returns true if the stream was moved away. Returns false if
  // the response was filled and is to be sent.
  virtual bool upgrade(std::unique_ptr<Stream>& /*stream*/, Request& /*request*/,
                       Response& response) {
    response.status = 404;
    return false;
  }
};

struct HttpServerOptions {
  std::string host;
  int port = 0;  // 0: the system chooses
  Limits limits;
  size_t max_threads = 1024;
  size_t max_connections = 0;  // 0: set by the descriptors that this process may have, at most 8192
  std::shared_ptr<TlsContext> tls;       // null: plain HTTP
  std::shared_ptr<MemoryBudget> budget;  // null: each body is bounded on its own only
};

class HttpServer {
 public:
  // Borrows everything but the options.
  HttpServer(HttpServerOptions options, Handler& handler, const Clock& clock, Metrics& metrics,
             Diagnostics& diagnostics);
  ~HttpServer();

  // kUnavailable if the address is taken; the message says so and what to try.
  Status start();
  void stop();
  int port() const;

 private:
  class Loop;
  const std::unique_ptr<Loop> loop_;
};

}  // namespace logsvc::http
