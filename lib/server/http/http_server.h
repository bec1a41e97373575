// cpp-httplib behind our own connections: an elastic pool, WebSocket upgrades handed over whole,
// and content encodings and form bodies left to the handlers. One listener each; start() returns
// when it listens, the destructor stops it.
#pragma once

#include <httplib.h>

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <thread>

#include "base/result.h"

namespace logsvc::server {

struct HttpServerOptions {
  std::string host;
  int port = 0;  // 0: the system chooses
  uint64_t max_body_bytes = 100u << 20;
  size_t max_connections = 1024;
};

class HttpServer {
 public:
  using Handler = std::function<void(const httplib::Request&, httplib::Response&)>;
  // A request that asks for a WebSocket. True: the socket was taken over (and will be closed by
  // whoever took it). False: the response was filled and is sent.
  using Upgrade = std::function<bool(socket_t, const httplib::Request&, httplib::Response&)>;

  HttpServer(HttpServerOptions options, Handler handler, Upgrade upgrade);
  ~HttpServer();

  // kUnavailable if the port is taken: says so and what to try.
  Status start();
  void stop();
  int port() const { return port_; }

 private:
  class Connections;
  const HttpServerOptions options_;
  std::unique_ptr<Connections> connections_;
  std::thread thread_;
  int port_ = 0;
};

// The body, moved out of a request of ours: for a handler that needs it for itself alone, once.
std::string take_body(const httplib::Request& request);

// Names under which handlers find the headers that the library must not act on.
inline constexpr const char* kContentEncodingHeader = "X-Logsvc-Content-Encoding";
inline constexpr const char* kContentTypeHeader = "X-Logsvc-Content-Type";
// The number of the socket that the request came over.
inline constexpr const char* kSocketHeader = "X-Logsvc-Socket";

}  // namespace logsvc::server
