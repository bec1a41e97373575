#include "agent/status_page.h"

#include <doctest/doctest.h>
#include <httplib.h>

namespace logsvc::agent {

TEST_SUITE_BEGIN("agent");

TEST_CASE("the agent's pages: ready, metrics, targets, configuration without secrets") {
  Metrics metrics;
  metrics.counter("logsvc_x_total", "X").add(3);
  std::string why = "Docker does not answer";
  StatusPage::Sources sources;
  sources.targets = [] {
    return std::vector<TargetRow>{{"file", "app", "/var/log/<a>.log", {{"offset", "12"}}}};
  };
  sources.not_ready = [&] { return why; };
  sources.config = without_secrets(
      "clients: [{url: http://u:p@loki, basic_auth: {username: u, password: s3cret}}]\n"
      "bearer_token: abc\nheaders:\n  Authorization: Bearer xyz\n");
  const auto page = StatusPage::open({"127.0.0.1", 0}, metrics, sources);
  REQUIRE_MESSAGE(page.ok(), page.error().message);
  httplib::Client client("127.0.0.1", (*page)->port());
  CHECK(client.Get("/ready")->status == 503);
  CHECK(client.Get("/ready")->body == "Not ready: Docker does not answer\n");
  why.clear();
  CHECK(client.Get("/ready")->body == "Ready\n");
  CHECK(client.Get("/metrics")->body.find("logsvc_x_total 3") != std::string::npos);
  CHECK(client.Get("/targets")->body.find("/var/log/&lt;a&gt;.log") != std::string::npos);
  CHECK(client.Get("/targets?format=json")->body.find("\"offset\":\"12\"") != std::string::npos);
  CHECK(client.Get("/")->status == 303);
  const std::string config = client.Get("/config")->body;
  for (const char* secret : {"u:p", "s3cret", "abc", "xyz"}) {
    CHECK_MESSAGE(config.find(secret) == std::string::npos, config);
  }
  CHECK(config.find("username: u") != std::string::npos);
}

TEST_SUITE_END();

}  // namespace logsvc::agent
