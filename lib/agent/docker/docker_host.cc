#include "agent/docker/docker_host.h"

#include <unistd.h>

#include <cstdlib>

#include "agent/credentials/authorization.h"

namespace logsvc::agent {
namespace {

constexpr int kConnectTimeoutMs = 5'000;
constexpr int kPort = 2375, kTlsPort = 2376;

Error bad_url(const std::string& url) {
  return invalid("expected unix:///var/run/docker.sock or tcp://host:2375, found \"" + url + "\"");
}

// Of scheme://host, or host alone.
bool has_port(const std::string& url) {
  const size_t scheme = url.find("://");
  const size_t first = scheme == std::string::npos ? 0 : scheme + 3;
  const size_t colon = url.rfind(':');
  return colon != std::string::npos && colon >= first && url.find(']', colon) == std::string::npos;
}

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
    if (out.socket_path.empty()) return bad_url(url);
    return out;
  }
  const size_t scheme_end = url.find("://");
  const std::string scheme = url.substr(0, scheme_end);
  if (scheme_end == std::string::npos || (scheme != "tcp" && scheme != "http" && scheme != "https"))
    return bad_url(url);
  std::string rest = url.substr(scheme_end + 3);
  rest = rest.substr(0, rest.find('/'));
  const std::string wish = variables("DOCKER_TLS_VERIFY").value_or("");
  const bool verify = !wish.empty() && wish != "0" && wish != "false";
  const bool tls = scheme == "https" || (scheme == "tcp" && verify);
  const size_t colon = has_port(rest) ? rest.rfind(':') : std::string::npos;
  std::string& name = out.route.host;
  int& port = out.route.port;
  name = rest.substr(0, colon);
  if (name.size() > 2 && name.front() == '[') name = name.substr(1, name.size() - 2);
  port = colon != std::string::npos ? std::atoi(rest.c_str() + colon + 1) : tls ? kTlsPort : kPort;
  if (name.empty() || port <= 0 || port > 65535) return bad_url(url);
  // https says what is wanted; only an explicit 0 takes the check away.
  if (tls) RETURN_IF_ERROR(use_tls(variables, verify || wish.empty(), out));
  return out;
}

Result<DockerHost> docker_host_of(const DockerSdConfig& config, const Variables& variables) {
  const net::TlsConfig& tls = config.http.route.tls;
  const bool given = config.host.rfind("http://", 0) != 0 && !tls.is_default();
  // What the file says of TLS is all there is to say.
  const Variables none = [](const std::string&) { return std::optional<std::string>(); };
  ASSIGN_OR_RETURN(DockerHost out, parse_docker_host(config.host, given ? none : variables));
  out.http = config.http;
  if (!out.socket_path.empty()) return out;
  if (given) {
    if (!out.route.tls && !has_port(config.host)) out.route.port = kTlsPort;
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
  ASSIGN_OR_RETURN(const std::string more, header_lines(host.http));
  ASSIGN_OR_RETURN(auto connection, local ? net::Connection::to_unix(host.socket_path)
                                          : host.route.connect({kConnectTimeoutMs, &stop}));
  const std::string request = "GET " + (local ? target : host.route.request_target(target)) +
                              " HTTP/1.1\r\nHost: " + (local ? "docker" : host.route.authority()) +
                              "\r\nUser-Agent: logsvc\r\nConnection: close\r\n" + more +
                              host.route.proxy_authorization_line() + "\r\n";
  RETURN_IF_ERROR(connection->send(request, {timeout_ms, &stop}));
  return net::HttpStream::read_answer(std::move(connection), {timeout_ms, &stop});
}

}  // namespace logsvc::agent
