#include "agent/docker/docker_host.h"

#include <unistd.h>

#include <cstdlib>

#include "agent/credentials/authorization.h"

namespace logsvc::agent {
namespace {

constexpr int kConnectTimeoutMs = 5'000;
constexpr int kPort = 2375, kTlsPort = 2376;

constexpr char kExpected[] = "unix:///var/run/docker.sock or tcp://host:2375";

constexpr net::Scheme kSchemes[] = {{"tcp", 0}, {"http", 0}, {"https", 0}};

Status use_tls(const Variables& variables, bool verify, DockerHost& out) {
  const std::string dir = variables("DOCKER_CERT_PATH").value_or("");
  const auto file = [&](const char* name) {
    const std::string path = dir.empty() ? "" : dir + "/" + name;
    return ::access(path.c_str(), F_OK) == 0 ? path : std::string();
  };
  net::TlsClient::Options options;
  options.ca_file = file("ca.pem");
  options.cert_file = file("cert.pem");
  options.key_file = file("key.pem");
  options.verify = verify;
  ASSIGN_OR_RETURN(out.route.tls, net::TlsClient::make(options));
  return {};
}

}  // namespace

Result<DockerHost> parse_docker_host(const std::string& url, const Variables& variables) {
  DockerHost out;
  if (url.rfind("unix://", 0) == 0 || url.rfind("/", 0) == 0) {
    out.socket_path = url[0] == '/' ? url : url.substr(7);
    if (out.socket_path.empty()) return invalid(std::string("expected ") + kExpected);
    return out;
  }
  ASSIGN_OR_RETURN(const net::Url parsed, net::parse_url(url, kSchemes, kExpected));
  const std::string wish = variables("DOCKER_TLS_VERIFY").value_or("");
  const bool verify = !wish.empty() && wish != "0" && wish != "false";
  const bool tls = parsed.scheme == "https" || (parsed.scheme == "tcp" && verify);
  out.route.host = parsed.host;
  out.route.port = parsed.port != 0 ? parsed.port : tls ? kTlsPort : kPort;
  // https asks for the check; only an explicit 0 turns it off.
  if (tls) RETURN_IF_ERROR(use_tls(variables, verify || wish.empty(), out));
  return out;
}

Result<DockerHost> docker_host_of(const DockerSdConfig& config, const Variables& variables) {
  const net::TlsConfig& tls = config.http.route.tls;
  const bool given = config.host.rfind("http://", 0) != 0 && !tls.is_default();
  // Only the file's TLS settings apply.
  const Variables none = [](const std::string&) { return std::optional<std::string>(); };
  ASSIGN_OR_RETURN(DockerHost out, parse_docker_host(config.host, given ? none : variables));
  out.http = config.http;
  if (!out.socket_path.empty()) return out;
  if (given) {
    ASSIGN_OR_RETURN(const net::Url named, net::parse_url(config.host, kSchemes, kExpected));
    if (!out.route.tls && named.port == 0) out.route.port = kTlsPort;
    ASSIGN_OR_RETURN(out.route.tls, net::TlsClient::of(tls));
    out.route.server_name = tls.server_name;
  }
  net::Url url;
  url.scheme = out.route.tls ? "https" : "http";
  url.host = out.route.host;
  url.port = out.route.port;
  ASSIGN_OR_RETURN(out.route.proxy, net::proxy_of(url, config.http.route));
  if (out.route.proxy && out.route.proxy->scheme == "https") {
    ASSIGN_OR_RETURN(out.route.proxy_tls, net::TlsClient::of(config.http.route.tls));
  }
  return out;
}

Result<net::HttpStream> get_from_docker(const DockerHost& host, const std::string& target,
                                        const std::atomic<bool>& stop, int timeout_ms) {
  const bool local = !host.socket_path.empty();
  net::Headers headers{{"User-Agent", "logsvc"}, {"Connection", "close"}};
  ASSIGN_OR_RETURN(const net::Headers ours, own_headers(host.http));
  headers.insert(headers.end(), ours.begin(), ours.end());
  if (const std::string proxy = host.route.proxy_authorization(); !proxy.empty()) {
    headers.push_back({"Proxy-Authorization", proxy});
  }
  ASSIGN_OR_RETURN(auto connection, local ? net::Connection::to_unix(host.socket_path)
                                          : host.route.connect({kConnectTimeoutMs, &stop}));
  const std::string request = local ? net::request_head("GET", target, "docker", headers)
                                    : net::request_head("GET", host.route.request_target(target),
                                                        host.route.authority(), headers);
  RETURN_IF_ERROR(connection->send(request, {timeout_ms, &stop}));
  return net::HttpStream::read_answer(std::move(connection), {timeout_ms, &stop});
}

}  // namespace logsvc::agent
