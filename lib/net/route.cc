#include "net/route.h"

#include "base/host_port.h"
#include "net/headers.h"
#include "net/http_stream.h"
#include "net/proxy.h"
#include "net/socks.h"

namespace logsvc::net {
namespace {

std::string credentials_of(const Url& proxy) {
  return proxy.user.empty() ? "" : basic_authorization(proxy.user, proxy.password);
}

bool is_socks(const Url& proxy) { return proxy.scheme.starts_with("socks"); }

// Asks the proxy for a tunnel.
Result<std::unique_ptr<Connection>> tunnel(std::unique_ptr<Connection> connection, const Url& proxy,
                                           const std::string& to, const WaitLimit& limit) {
  Headers headers{{"User-Agent", "logsvc"}};
  if (!proxy.user.empty()) headers.push_back({"Proxy-Authorization", credentials_of(proxy)});
  RETURN_IF_ERROR(connection->send(request_head("CONNECT", to, to, headers), limit));
  ASSIGN_OR_RETURN(HttpStream answer, HttpStream::read_answer(std::move(connection), limit));
  if (answer.status() / 100 != 2) {
    return Error{ErrorCode::kUnavailable, "the proxy " + join_host_port(proxy.host, proxy.port) +
                                              " answered " + answer.status_line() +
                                              " when asked for " + to};
  }
  return std::move(answer).release();
}

}  // namespace

std::string Route::authority() const { return join_host_port(host, port); }

bool Route::asks_proxy() const { return proxy && !tls && !always_tunnels && !is_socks(*proxy); }

std::string Route::request_target(const std::string& path) const {
  return asks_proxy() ? "http://" + authority() + path : path;
}

std::string Route::proxy_authorization() const {
  return asks_proxy() ? credentials_of(*proxy) : "";
}

Result<std::unique_ptr<Connection>> Route::through_proxy(const WaitLimit& limit) const {
  ASSIGN_OR_RETURN(auto connection, Connection::to_tcp(proxy->host, proxy->port, limit));
  if (is_socks(*proxy)) {
    RETURN_IF_ERROR(connect_by_socks(*connection, *proxy, host, port, limit));
    return connection;
  }
  if (proxy_tls) {
    ASSIGN_OR_RETURN(connection, secure(std::move(connection), proxy_tls, proxy->host, limit));
  }
  if (asks_proxy()) return connection;
  return tunnel(std::move(connection), *proxy, authority(), limit);
}

Result<std::unique_ptr<Connection>> Route::connect(const WaitLimit& limit) const {
  ASSIGN_OR_RETURN(auto connection,
                   proxy ? through_proxy(limit) : Connection::to_tcp(host, port, limit));
  if (!tls) return connection;
  return secure(std::move(connection), tls, server_name.empty() ? host : server_name, limit);
}

Result<std::optional<Url>> proxy_of(const Url& url, const RouteConfig& config) {
  const std::string proxy =
      proxy_for(url, config.proxy_url, config.no_proxy, config.proxy_from_environment);
  if (proxy.empty()) return std::optional<Url>();
  ASSIGN_OR_RETURN(Url parsed, parse_proxy_url(proxy));
  return std::optional<Url>(std::move(parsed));
}

Result<Route> route_to(const Url& url, const RouteConfig& config, std::shared_ptr<TlsClient>& tls) {
  Route out;
  out.host = url.host;
  out.port = url.port;
  ASSIGN_OR_RETURN(out.proxy, proxy_of(url, config));
  const bool proxy_by_tls = out.proxy && out.proxy->scheme == "https";
  if (!tls && (url.scheme == "https" || proxy_by_tls)) {
    ASSIGN_OR_RETURN(tls, TlsClient::of(config.tls));
  }
  if (proxy_by_tls && config.tls.fingerprint.empty()) {
    out.proxy_tls = tls;
  } else if (proxy_by_tls) {
    TlsConfig proxys = config.tls;  // the fingerprint is the server's
    proxys.fingerprint.clear();
    ASSIGN_OR_RETURN(out.proxy_tls, TlsClient::of(proxys));
  }
  if (url.scheme != "https") return out;
  out.tls = tls;
  out.server_name = config.tls.server_name;
  return out;
}

}  // namespace logsvc::net
