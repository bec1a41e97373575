// The way to an HTTP server: straight, or through a proxy; in the open or by TLS.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "agent/net/connection.h"
#include "agent/net/tls.h"
#include "agent/net/url.h"

namespace logsvc::agent {

struct Route {
  std::string host;  // without brackets
  int port = 0;
  std::shared_ptr<TlsClient> tls;  // null: in the open
  std::string server_name;         // that the certificate must be for; empty: host
  std::optional<Url> proxy;        // of scheme http

  // host:port, with brackets around an IPv6 address.
  std::string authority() const;
  // What stands in the request line for the path: a proxy that is no tunnel is told the whole URL.
  std::string request_target(const std::string& path) const;
  // For such a proxy, who we are: a header line; else empty.
  std::string proxy_authorization_line() const;
  // Connected and, by TLS, verified. kUnavailable says which of the two, or the proxy, refused.
  Result<std::unique_ptr<Connection>> connect(const WaitLimit& limit) const;
};

// The proxy that a configuration gives for a host; none if it gives none. kInvalid if it is not an
// http proxy.
Result<std::optional<Url>> proxy_of(const Url& url, const HttpClientConfig& config);

}  // namespace logsvc::agent
