#include <iostream>
#include <memory>

#include "commands.h"
#include "net/http_client.h"

namespace logsvc {
namespace {

constexpr int kTimeoutMs = 3'000;

struct Asked {
  std::string url = "127.0.0.1:3100";
  std::string ca_cert, fingerprint;
};

bool is_loopback(const std::string& host) {
  return host == "localhost" || host == "::1" || host.starts_with("127.");
}

Result<net::HttpAnswer> ask(const std::string& url, const Asked& asked) {
  net::HttpRequest request;
  ASSIGN_OR_RETURN(request.url, net::parse_url(url));
  request.url.path = "/ready";
  net::RouteConfig config;
  config.follow_redirects = false;
  config.tls.ca_file = asked.ca_cert;
  config.tls.fingerprint = asked.fingerprint;
  // Nothing secret is sent, and nobody stands between this machine and itself.
  config.tls.insecure_skip_verify =
      asked.ca_cert.empty() && asked.fingerprint.empty() && is_loopback(request.url.host);
  net::HttpLimits limits;
  limits.connect_timeout_ms = limits.answer_timeout_ms = kTimeoutMs;
  return net::HttpClient(config).send(request, limits);
}

// Without a scheme a port is asked by TLS if it says that it speaks nothing else.
Result<net::HttpAnswer> ask_whether_ready(const Asked& asked) {
  if (asked.url.find("://") != std::string::npos) return ask(asked.url, asked);
  if (!asked.ca_cert.empty() || !asked.fingerprint.empty()) {
    return ask("https://" + asked.url, asked);
  }
  auto answer = ask("http://" + asked.url, asked);
  const bool speaks_tls =
      answer.ok() && answer->status == 400 && answer->body.find("https") != std::string::npos;
  return speaks_tls ? ask("https://" + asked.url, asked) : std::move(answer);
}

}  // namespace

void add_healthcheck_command(CLI::App& app, int& exit_code) {
  auto* command =
      app.add_subcommand("healthcheck", "Exit 0 if a server or agent says it is ready, 1 if not");
  auto asked = std::make_shared<Asked>();
  command
      ->add_option("url", asked->url,
                   "Base URL; without http:// or https:// the one that the port speaks. On "
                   "loopback https is trusted without looking at the certificate")
      ->capture_default_str();
  command->add_option("--ca-cert", asked->ca_cert, "PEM file of the certificate's authority");
  command->add_option("--tls-fingerprint", asked->fingerprint, "SHA-256 of the certificate");
  command->callback([&exit_code, asked] {
    const auto answer = ask_whether_ready(*asked);
    const bool ready = answer.ok() && answer->status == 200;
    std::cout << (ready ? "ready"
                        : "not ready: " + (answer.ok() ? std::to_string(answer->status)
                                                       : answer.error().message))
              << '\n';
    exit_code = ready ? 0 : 1;
  });
}

}  // namespace logsvc
