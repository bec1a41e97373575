// Requests to servers: by TLS, through proxies and after redirections, over a connection that is
// kept for the next one.
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
  Url url;  // user and password of it are not used
  // Go wherever the request is redirected to. Without Host, Content-Length and the proxy's.
  Headers headers;
  // Who we are, and what else is the server's alone: credentials, cookies, the tenant, headers of a
  // configuration. They stay at home, see stays_home(); a request that was redirected elsewhere
  // goes on without them, even if it comes back.
  Headers private_headers;
  std::string_view body;  // sent unless the method is GET; borrowed for the call
  bool upgrades = false;  // to another protocol: over a connection of its own, and by tunnel
};

struct HttpLimits {
  int connect_timeout_ms = 10'000;  // for each of TCP, the proxy and TLS
  int answer_timeout_ms = 30'000;   // for the request to be taken; for the head of the answer; for
                                    // each next piece of its body
  size_t max_body_bytes = 1u << 20;
  const std::atomic<bool>* stop = nullptr;  // ends all within a quarter of a second: kCancelled
};

struct HttpAnswer {
  int status = 0;
  std::string status_line;  // number and reason
  std::string location;
  std::string body;
};

inline constexpr int kMaxRedirections = 10;

// Whether an answer to a request of the method leads on to where the same request is to be sent.
// After 303 a GET would be, which is the same only for one.
bool is_redirection(int status, std::string_view method);

// Whether a redirection leads to the same server: the same scheme, host and port, or from port 80
// of a host to TLS on its port 443, never back.
bool stays_home(const Url& from, const Url& to);

// For one thread.
class HttpClient {
 public:
  explicit HttpClient(RouteConfig config) : config_(std::move(config)) {}

  // What can be known before the first request: kInvalid if the proxy or a file of TLS cannot be
  // used.
  Status check(const Url& url);

  // The answer that is no redirection, or the last of kMaxRedirections, or the first if the
  // configuration follows none; its body is to be read. kUnavailable: nobody answers, by TLS or
  // not; kTimeout; kCancelled; kInvalid: a file of TLS cannot be used, or a redirection leads to no
  // URL. Of a kept connection that broke the request is sent once more.
  Result<HttpStream> open(const HttpRequest& request, const HttpLimits& limits);

  // open(), and the whole body, unpacked if it is gzip. kUnavailable if it is longer than
  // max_body_bytes.
  Result<HttpAnswer> send(const HttpRequest& request, const HttpLimits& limits);

  // The connection of an answer of open() whose body was read, for the next request.
  void keep(HttpStream&& answer);

 private:
  Result<HttpStream> send_to(const Url& to, bool is_home, const HttpRequest& request,
                             const HttpLimits& limits);
  static Result<HttpStream> exchange(std::unique_ptr<Connection> connection,
                                     const std::string& head, std::string_view body,
                                     const HttpLimits& limits);

  const RouteConfig config_;
  std::shared_ptr<TlsClient> tls_;  // null: to be made of its files
  std::unique_ptr<Connection> connection_;
  std::string connected_to_;  // the origin that connection_ leads to
  std::string answered_by_;   // the origin of the last answer of open()
};

}  // namespace logsvc::net
