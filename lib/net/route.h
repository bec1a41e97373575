// The way to an HTTP server: straight, or through a proxy; in the open or by TLS.
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
  std::shared_ptr<TlsClient> tls;        // null: in the open
  std::string server_name;               // that the certificate must be for; empty: host
  std::optional<Url> proxy;              // see parse_proxy_url
  std::shared_ptr<TlsClient> proxy_tls;  // for a proxy of scheme https
  bool always_tunnels = false;           // asks a proxy for a tunnel without TLS too

  // host:port, with brackets around an IPv6 address.
  std::string authority() const;
  // What stands in the request line for the path: a proxy that is no tunnel is told the whole URL.
  std::string request_target(const std::string& path) const;
  // For such a proxy, who we are: the value of Proxy-Authorization; else empty.
  std::string proxy_authorization() const;
  // Connected and, by TLS, verified. kUnavailable says which of the two, or the proxy, refused.
  Result<std::unique_ptr<Connection>> connect(const WaitLimit& limit) const;

 private:
  // Its proxy is told the whole URL of each request, rather than asked for a tunnel.
  bool asks_proxy() const;
  Result<std::unique_ptr<Connection>> through_proxy(const WaitLimit& limit) const;
};

// The proxy that a configuration gives for a host; none if it gives none. kInvalid if its URL is
// not one of a proxy.
Result<std::optional<Url>> proxy_of(const Url& url, const RouteConfig& config);

// The way to a URL's server as a configuration says. `tls` is what it says of TLS, made when it is
// needed first (null before) and kept by the caller. kInvalid if a file of it cannot be used.
Result<Route> route_to(const Url& url, const RouteConfig& config, std::shared_ptr<TlsClient>& tls);

}  // namespace logsvc::net
