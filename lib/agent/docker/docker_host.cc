#include "agent/docker/docker_host.h"

#include <unistd.h>

#include <cstdlib>

#include "agent/net/pem.h"

namespace logsvc::agent {
namespace {

constexpr int kConnectTimeoutMs = 5'000;
constexpr int kPort = 2375, kTlsPort = 2376;

Error bad_url(const std::string& url) {
  return invalid("expected unix:///var/run/docker.sock or tcp://host:2375, found \"" + url + "\"");
}

Status use_tls(const Variables& variables, bool verify, DockerHost& out) {
  const std::string dir = variables("DOCKER_CERT_PATH").value_or("");
  const auto file = [&](const char* name) {
    const std::string path = dir.empty() ? "" : dir + "/" + name;
    return ::access(path.c_str(), F_OK) == 0 ? path : std::string();
  };
  ASSIGN_OR_RETURN(out.tls,
                   TlsClient::make(file("ca.pem"), file("cert.pem"), file("key.pem"), verify));
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
  const size_t colon = rest.rfind(':');
  const bool has_port = colon != std::string::npos && rest.find(']', colon) == std::string::npos;
  out.host = rest.substr(0, has_port ? colon : rest.size());
  if (out.host.size() > 2 && out.host.front() == '[')
    out.host = out.host.substr(1, out.host.size() - 2);
  out.port = has_port ? std::atoi(rest.c_str() + colon + 1) : tls ? kTlsPort : kPort;
  if (out.host.empty() || out.port <= 0 || out.port > 65535) return bad_url(url);
  // https says what is wanted; only an explicit 0 takes the check away.
  if (tls) RETURN_IF_ERROR(use_tls(variables, verify || wish.empty(), out));
  return out;
}

Result<DockerHost> docker_host_of(const DockerSdConfig& config, const Variables& variables) {
  const TlsConfig& tls = config.http.tls;
  const bool given = !(tls.ca + tls.ca_file + tls.cert + tls.cert_file + tls.server_name).empty() ||
                     tls.insecure_skip_verify;
  // What the file says of TLS is all there is to say.
  const Variables none = [](const std::string&) { return std::optional<std::string>(); };
  ASSIGN_OR_RETURN(DockerHost out, parse_docker_host(config.host, given ? none : variables));
  out.http = config.http;
  if (!given || !out.socket_path.empty()) return out;
  ASSIGN_OR_RETURN(const PemFile ca, PemFile::open(tls.ca, tls.ca_file));
  ASSIGN_OR_RETURN(const PemFile cert, PemFile::open(tls.cert, tls.cert_file));
  ASSIGN_OR_RETURN(const PemFile key, PemFile::open(tls.key, tls.key_file));
  ASSIGN_OR_RETURN(out.tls,
                   TlsClient::make(ca.path(), cert.path(), key.path(), !tls.insecure_skip_verify));
  out.server_name = tls.server_name;
  return out;
}

Result<std::unique_ptr<Connection>> connect_to_docker(const DockerHost& host) {
  if (!host.socket_path.empty()) return Connection::to_unix(host.socket_path);
  return Connection::to_tcp(host.host, host.port, host.tls, kConnectTimeoutMs, host.server_name);
}

}  // namespace logsvc::agent
