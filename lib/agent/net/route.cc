#include "agent/net/route.h"

#include "agent/net/authorization.h"
#include "agent/net/http_stream.h"
#include "base/shown_url.h"

namespace logsvc::agent {
namespace {

std::string authority_of(const std::string& host, int port) {
  const bool is_v6 = host.find(':') != std::string::npos;
  return (is_v6 ? "[" + host + "]" : host) + ":" + std::to_string(port);
}

std::string credentials_line(const Url& proxy) {
  if (proxy.user.empty()) return "";
  return "Proxy-Authorization: " + basic_authorization(proxy.user, proxy.password) + "\r\n";
}

// Asks the proxy for a tunnel.
Result<std::unique_ptr<Connection>> tunnel(std::unique_ptr<Connection> connection, const Url& proxy,
                                           const std::string& to, const WaitLimit& limit) {
  const std::string request = "CONNECT " + to + " HTTP/1.1\r\nHost: " + to +
                              "\r\nUser-Agent: logsvc\r\n" + credentials_line(proxy) + "\r\n";
  RETURN_IF_ERROR(connection->send(request, limit));
  ASSIGN_OR_RETURN(HttpStream answer, HttpStream::read_answer(std::move(connection), limit));
  if (answer.status() / 100 != 2) {
    return Error{ErrorCode::kUnavailable, "the proxy " + authority_of(proxy.host, proxy.port) +
                                              " answered " + answer.status_line() +
                                              " when asked for " + to};
  }
  return std::move(answer).release();
}

}  // namespace

std::string Route::authority() const { return authority_of(host, port); }

std::string Route::request_target(const std::string& path) const {
  return proxy && !tls ? "http://" + authority() + path : path;
}

std::string Route::proxy_authorization_line() const {
  return proxy && !tls ? credentials_line(*proxy) : "";
}

Result<std::unique_ptr<Connection>> Route::connect(const WaitLimit& limit) const {
  ASSIGN_OR_RETURN(auto connection, Connection::to_tcp(proxy ? proxy->host : host,
                                                       proxy ? proxy->port : port, limit));
  if (!tls) return connection;
  if (proxy) {
    ASSIGN_OR_RETURN(connection, tunnel(std::move(connection), *proxy, authority(), limit));
  }
  return secure(std::move(connection), tls, server_name.empty() ? host : server_name, limit);
}

Result<std::optional<Url>> proxy_of(const Url& url, const HttpClientConfig& config) {
  const std::string proxy =
      proxy_for(url, config.proxy_url, config.no_proxy, config.proxy_from_environment);
  if (proxy.empty()) return std::optional<Url>();
  ASSIGN_OR_RETURN(Url parsed, parse_url(proxy));
  if (parsed.scheme != "http")
    return invalid("only http proxies are supported, found " + without_url_secrets(proxy));
  return std::optional<Url>(std::move(parsed));
}

}  // namespace logsvc::agent
