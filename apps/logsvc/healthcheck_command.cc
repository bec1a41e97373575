#include <iostream>
#include <memory>

#include "commands.h"
#include "net/http_client.h"

namespace logsvc {
namespace {

constexpr int kTimeoutMs = 3'000;

Result<net::HttpAnswer> ask_whether_ready(const std::string& url) {
  net::HttpRequest request;
  ASSIGN_OR_RETURN(request.url,
                   net::parse_url(url.find("://") == std::string::npos ? "http://" + url : url));
  request.url.path = "/ready";
  net::RouteConfig config;
  config.follow_redirects = false;
  net::HttpLimits limits;
  limits.connect_timeout_ms = limits.answer_timeout_ms = kTimeoutMs;
  return net::HttpClient(config).send(request, limits);
}

}  // namespace

void add_healthcheck_command(CLI::App& app, int& exit_code) {
  auto* command =
      app.add_subcommand("healthcheck", "Exit 0 if a server or agent says it is ready, 1 if not");
  auto url = std::make_shared<std::string>("http://127.0.0.1:3100");
  command->add_option("url", *url, "Base URL")->capture_default_str();
  command->callback([&exit_code, url] {
    const auto answer = ask_whether_ready(*url);
    const bool ready = answer.ok() && answer->status == 200;
    std::cout << (ready ? "ready"
                        : "not ready: " + (answer.ok() ? std::to_string(answer->status)
                                                       : answer.error().message))
              << '\n';
    exit_code = ready ? 0 : 1;
  });
}

}  // namespace logsvc
