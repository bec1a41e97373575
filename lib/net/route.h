// The way to an HTTP server: direct or through a proxy, with TLS or without.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "net/connection.h"
#include "net/route_config.h"
#include "net/tls.h"
#include "net/url.h"

namespace logsvc::net {

struct Route {
  std::string host;  // without brackets
  int port = 0;
  std::shared_ptr<TlsClient> tls;        // null: without TLS
  std::string server_name;               // the name that the certificate must be for; empty: host
  std::optional<Url> proxy;              // see parse_proxy_url
  std::shared_ptr<TlsClient> proxy_tls;  // for a proxy of scheme https
  bool always_tunnels = false;           // asks a proxy for a tunnel even without TLS

  // Returns host:port, with brackets around an IPv6 address.
  std::string authority() const;
  // Returns what stands in the request line for the path: a proxy that does not tunnel gets the
  // whole URL.
  std::string request_target(const std::string& path) const;
  // Returns the value of Proxy-Authorization for such a proxy; else empty.
  std::string proxy_authorization() const;
  // Connects and, with TLS, verifies. kUnavailable says which of the two, or the proxy, refused.
  Result<std::unique_ptr<Connection>> connect(const WaitLimit& limit) const;

 private:
  // Whether a proxy gets the whole URL of each request, rather than being asked for a tunnel.
  bool asks_proxy() const;
  Result<std::unique_ptr<Connection>> through_proxy(const WaitLimit& limit) const;
};

// Returns the proxy that a configuration gives for a host, if any. kInvalid if its URL is not one
// of a proxy.
Result<std::optional<Url>> proxy_of(const Url& url, const RouteConfig& config);

// Returns the way to a URL's server as a configuration says. `tls` is made from its TLS settings
// when it is first needed (null before) and kept by the caller. kInvalid if one of their files
// cannot be used.
Result<Route> route_to(const Url& url, const RouteConfig& config, std::shared_ptr<TlsClient>& tls);

}  // namespace logsvc::net
