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

TEST_CASE("the agent's page: reloading where it is allowed, and paths without measure") {
  Metrics metrics;
  StatusPage::Sources sources;
  const auto without = StatusPage::open({"127.0.0.1", 0}, metrics, sources);
  REQUIRE(without.ok());
  CHECK(httplib::Client("127.0.0.1", (*without)->port()).Get("/reload")->status == 404);
  Status outcome;
  int asked = 0;
  sources.prefix = "/p";
  sources.reload = [&] {
    ++asked;
    return outcome;
  };
  const auto page = StatusPage::open({"127.0.0.1", 0}, metrics, sources);
  REQUIRE(page.ok());
  const auto client = [&] { return httplib::Client("127.0.0.1", (*page)->port()); };
  CHECK(client().Post("/p/reload", "", "text/plain")->status == 200);
  outcome = invalid("p.yaml:3:1: unknown key x");
  const auto refused = client().Get("/p/reload");
  CHECK(refused->status == 500);
  CHECK(refused->body == "failed to reload config: p.yaml:3:1: unknown key x\n");
  CHECK(asked == 2);
  CHECK(client().Get("/" + std::string(7500, 'a'))->status == 414);
}

TEST_SUITE_END();

}  // namespace logsvc::agent
