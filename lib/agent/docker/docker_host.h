// Where a Docker daemon listens.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "agent/net/connection.h"
#include "agent/promtail/scrape_config.h"
#include "base/result.h"

namespace logsvc::agent {

struct DockerHost {
  std::string socket_path;  // of unix://; else:
  std::string host;
  int port = 0;
  std::shared_ptr<TlsClient> tls;  // null: plain TCP
  std::string server_name;         // that its certificate must have; empty: host
  HttpClientConfig http;           // with credentials, if a proxy in front of it wants any
};

// unix:///path, tcp://host:port, http(s)://host:port. For tcp and https the variables of Docker's
// own client hold: DOCKER_TLS_VERIFY, DOCKER_CERT_PATH (with ca.pem, cert.pem, key.pem).
// kInvalid if the URL or a certificate cannot be used.
using Variables = std::function<std::optional<std::string>(const std::string&)>;
Result<DockerHost> parse_docker_host(
    const std::string& url,
    const Variables& variables = [](const std::string&) { return std::optional<std::string>(); });

// The host of a docker_sd_config. Its tls_config, if it has any, holds instead of the variables.
Result<DockerHost> docker_host_of(const DockerSdConfig& config, const Variables& variables);

Result<std::unique_ptr<Connection>> connect_to_docker(const DockerHost& host);

}  // namespace logsvc::agent
