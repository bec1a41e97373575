// The address of a Docker daemon, and requests to it.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "agent/config/scrape_config.h"
#include "base/result.h"
#include "net/http_stream.h"
#include "net/route.h"

namespace logsvc::agent {

struct DockerHost {
  std::string socket_path;  // for unix://; otherwise:
  net::Route route;
  HttpClientConfig http;  // with credentials if a proxy in front of the daemon wants them
};

// Parses unix:///path, tcp://host:port or http(s)://host:port. For tcp and https the variables of
// Docker's own client apply: DOCKER_TLS_VERIFY, DOCKER_CERT_PATH (with ca.pem, cert.pem, key.pem).
// Returns kInvalid if the URL or a certificate cannot be used.
using Variables = std::function<std::optional<std::string>(const std::string&)>;
Result<DockerHost> parse_docker_host(
    const std::string& url,
    const Variables& variables = [](const std::string&) { return std::optional<std::string>(); });

// Returns the host of a docker_sd_config. Its tls_config, if present, replaces the variables.
Result<DockerHost> docker_host_of(const DockerSdConfig& config, const Variables& variables);

// Requests the target and reads the head of the answer; timeout_ms applies to each step. Returns
// kUnavailable if nobody answers, kPermission if the socket may not be opened.
Result<net::HttpStream> get_from_docker(const DockerHost& host, const std::string& target,
                                        const std::atomic<bool>& stop, int timeout_ms = 30'000);

}  // namespace logsvc::agent
