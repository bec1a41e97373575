// Sends requests to servers: with TLS, through proxies and after redirections, over a connection
// that is kept for the next one.
#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"
#include "net/headers.h"
#include "net/http_stream.h"
#include "net/route.h"
#include "net/route_config.h"
#include "net/url.h"

namespace logsvc::net {

struct HttpRequest {
  std::string method = "GET";
  Url url;  // its user and password are not used
  // These go wherever the request is redirected to. Host, Content-Length and the proxy's are not
  // among them.
  Headers headers;
  // These are for the server alone: credentials, cookies, the tenant, headers of a configuration.
  // They stay at home, see stays_home(); a request that was redirected elsewhere goes on without
  // them, even if it comes back.
  Headers private_headers;
  std::string_view body;  // sent unless the method is GET; borrowed for the call
  bool upgrades = false;  // to another protocol: over its own connection, and by tunnel
};

struct HttpLimits {
  int connect_timeout_ms = 10'000;  // for each of TCP, the proxy and TLS
  int answer_timeout_ms = 30'000;   // for the request to be taken; for the head of the answer; for
                                    // each next piece of its body
  // For the whole answer, however slowly it comes; 0: no limit.
  int total_timeout_ms = 0;
  size_t max_body_bytes = 1u << 20;
  // Ends everything within a quarter of a second: kCancelled.
  const std::atomic<bool>* stop = nullptr;
};

struct HttpAnswer {
  int status = 0;
  std::string status_line;  // number and reason
  std::string location;
  std::string body;
};

inline constexpr int kMaxRedirections = 10;

// Whether an answer redirects a request of the method in such a way that the same request is to be
// sent again. After 303 that is a GET, which is the same only if it was one.
bool is_redirection(int status, std::string_view method);

// Whether a redirection leads to the same server: the same scheme, host and port, or from port 80
// of a host to TLS on its port 443, never back.
bool stays_home(const Url& from, const Url& to);

// For one thread.
class HttpClient {
 public:
  explicit HttpClient(RouteConfig config) : config_(std::move(config)) {}

  // Checks what can be known before the first request: kInvalid if the proxy or a TLS file cannot
  // be used.
  Status check(const Url& url);

  // Returns the answer that is not a redirection, or the last of kMaxRedirections, or the first if
  // the configuration follows none; its body is to be read. kUnavailable if nobody answers, with
  // TLS or without; kTimeout; kCancelled; kInvalid if a TLS file cannot be used, or a redirection
  // leads to an invalid URL. If a kept connection broke, the request is sent once more.
  Result<HttpStream> open(const HttpRequest& request, const HttpLimits& limits);

  // Does what open() does and reads the whole body, unpacked if it is gzip. kUnavailable if it is
  // longer than max_body_bytes, kTimeout if it takes longer than total_timeout_ms.
  Result<HttpAnswer> send(const HttpRequest& request, const HttpLimits& limits);

  // Keeps the connection of an answer of open() whose body was read, for the next request.
  void keep(HttpStream&& answer);

 private:
  Result<HttpStream> send_to(const Url& to, bool is_home, const HttpRequest& request,
                             const HttpLimits& limits);
  static Result<HttpStream> exchange(std::unique_ptr<Connection> connection,
                                     const std::string& head, std::string_view body,
                                     const HttpLimits& limits);

  const RouteConfig config_;
  std::shared_ptr<TlsClient> tls_;  // null: to be made from its files
  std::unique_ptr<Connection> connection_;
  std::string connected_to_;  // the origin that connection_ leads to
  std::string answered_by_;   // the origin of the last answer of open()
};

}  // namespace logsvc::net
