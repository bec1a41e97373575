#include "server/auth/oidc/transport.h"

#include "net/tls.h"

namespace logsvc::server::oidc {
namespace {

constexpr int kConnectMs = 5'000, kAnswerMs = 10'000, kTotalMs = 20'000;
constexpr size_t kMostBytes = 256 << 10;

}  // namespace

net::RouteConfig NetworkTransport::route() const {
  net::RouteConfig out;
  out.tls.ca_file = ca_file_;
  out.proxy_from_environment = true;
  out.follow_redirects = false;
  return out;
}

Status NetworkTransport::check() const {
  RETURN_IF_ERROR(net::TlsClient::of(route().tls));
  return {};
}

Result<net::HttpAnswer> NetworkTransport::send(const net::HttpRequest& request) {
  net::HttpLimits limits;
  limits.connect_timeout_ms = kConnectMs;
  limits.answer_timeout_ms = kAnswerMs;
  limits.total_timeout_ms = kTotalMs;
  limits.max_body_bytes = kMostBytes;
  limits.stop = &stopping_;
  net::HttpClient client(route());
  return client.send(request, limits);
}

}  // namespace logsvc::server::oidc
