#include "agent/status_page.h"

#include <doctest/doctest.h>
#include <httplib.h>

#include "agent/shown_config.h"

namespace logsvc::agent {

TEST_SUITE_BEGIN("agent");

TEST_CASE("the agent's pages: ready, metrics, targets, configuration without secrets") {
  Metrics metrics;
  SystemClock clock;
  Diagnostics diagnostics(clock);
  metrics.counter("logsvc_x_total", "X").add(3);
  std::string why = "Docker does not answer";
  StatusInputs inputs;
  inputs.targets = [] {
    return std::vector<TargetRow>{{"file", "app", "/var/log/<a>.log", {{"offset", "12"}}}};
  };
  inputs.not_ready = [&] { return why; };
  inputs.config = without_secrets(
      "clients: [{url: http://u:p@loki, basic_auth: {username: u, password: s3cret}}]\n"
      "bearer_token: abc\nheaders:\n  Authorization: Bearer xyz\n");
  const auto page = StatusPage::open({"127.0.0.1", 0}, clock, metrics, diagnostics, inputs);
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

TEST_CASE("a configuration is shown without what is secret in it, however it is written") {
  const std::string shown = without_secrets(
      "clients:\n"
      "  - url: 'https://user:pass@word@loki/push'\n"
      "    tls_config:\n"
      "      key: |\n"
      "        -----BEGIN PRIVATE KEY-----\n"
      "        MIIEsecretlines\n"
      "        -----END PRIVATE KEY-----\n"
      "      key_file: /etc/key.pem\n"
      "    \"pass\\u0077ord\": hidden1\n"
      "    oauth2: {client_id: me, client_secret: hidden2}\n"
      "    headers: &h\n"
      "      X-Tenant: hidden3\n"
      "    authorization: {type: Bearer, credentials: hidden4}\n"
      "  - url: http://b/\n"
      "    headers: *h\n");
  for (const char* secret : {"PRIVATE", "MIIE", "hidden", "pass@", "user:"}) {
    CHECK_MESSAGE(shown.find(secret) == std::string::npos, shown);
  }
  for (const char* seen : {"/etc/key.pem", "client_id: me", "type: Bearer", "http://b/"}) {
    CHECK_MESSAGE(shown.find(seen) != std::string::npos, shown);
  }
  CHECK(without_secrets("a: [b\npassword: hidden").find("hidden") == std::string::npos);
  CHECK(without_secrets("a: {b: [1, 'x y', null]}\nc: []\n") ==
        "a:\n  b:\n    - 1\n    - \"x y\"\n    -\nc: []\n");
}

TEST_CASE("the agent's page: reloading where it is allowed, and paths without measure") {
  Metrics metrics;
  SystemClock clock;
  Diagnostics diagnostics(clock);
  StatusInputs inputs;
  const auto without = StatusPage::open({"127.0.0.1", 0}, clock, metrics, diagnostics, inputs);
  REQUIRE(without.ok());
  CHECK(httplib::Client("127.0.0.1", (*without)->port()).Get("/reload")->status == 404);
  CHECK(
      httplib::Client("127.0.0.1", (*without)->port()).Post("/reload", "", "text/plain")->status ==
      404);
  Status outcome;
  int asked = 0;
  inputs.prefix = "/p";
  inputs.reload = [&] {
    ++asked;
    return outcome;
  };
  const auto page = StatusPage::open({"127.0.0.1", 0}, clock, metrics, diagnostics, inputs);
  REQUIRE(page.ok());
  const auto client = [&] { return httplib::Client("127.0.0.1", (*page)->port()); };
  CHECK(client().Post("/p/reload", "", "text/plain")->status == 200);
  outcome = invalid("p.yaml:3:1: unknown key x");
  const auto refused = client().Get("/p/reload");
  CHECK(refused->status == 500);
  CHECK(refused->body == "failed to reload config: p.yaml:3:1: unknown key x\n");
  CHECK(asked == 2);
  CHECK(client().Post("/p/targets", "", "text/plain")->status == 405);
  CHECK(client().Get("/p/service-discovery?format=json")->body == "[]\n");
  CHECK(client().Get("/" + std::string(7500, 'a'))->status == 414);
}

TEST_SUITE_END();

}  // namespace logsvc::agent
