#include "agent/docker/docker_host.h"

#include <doctest/doctest.h>

namespace logsvc::agent {

TEST_SUITE_BEGIN("agent");

TEST_CASE("where Docker listens") {
  const auto host = parse_docker_host("tcp://docker.test");
  REQUIRE(host.ok());
  CHECK(host->route.authority() == "docker.test:2375");
  CHECK(!host->route.tls);
  const auto secured = parse_docker_host("tcp://[::1]", [](const std::string& name) {
    return name == "DOCKER_TLS_VERIFY" ? std::optional<std::string>("1") : std::nullopt;
  });
  REQUIRE(secured.ok());
  CHECK(secured->route.authority() == "[::1]:2376");
  CHECK(secured->route.tls);

  DockerSdConfig config;
  config.http.route.tls.insecure_skip_verify = true;
  config.http.route.proxy_url = "http://proxy.test:3128";
  config.host = "tcp://docker.test";
  const Variables none = [](const std::string&) { return std::optional<std::string>(); };
  const auto given = docker_host_of(config, none);
  REQUIRE(given.ok());
  CHECK(given->route.authority() == "docker.test:2376");
  CHECK(given->route.tls);
  CHECK(given->route.request_target("/events") == "/events");
  config.host = "http://docker.test:80";
  const auto plain = docker_host_of(config, none);
  REQUIRE(plain.ok());
  CHECK(!plain->route.tls);
  CHECK(plain->route.request_target("/events") == "http://docker.test:80/events");
}

TEST_SUITE_END();

}  // namespace logsvc::agent
