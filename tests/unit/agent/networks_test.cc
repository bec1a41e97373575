#include <doctest/doctest.h>

#include "agent/docker/meta_labels.h"
#include "agent/docker/network_directory.h"
#include "agent/pipeline/pipeline_entry.h"
#include "support/fake_clock.h"
#include "support/fake_docker.h"

namespace logsvc::agent {
namespace {

using namespace logsvc::testing;

constexpr char kBackend[] =
    R"({"Networks": {"back": {"NetworkID": "n1", "IPAddress": "10.0.0.2"}}})";

struct World {
  Container container(const std::string& id, bool wants_details) {
    NetworkDirectory directory(client, clock, diagnostics, wants_details);
    return container(id, directory);
  }
  Container container(const std::string& id, NetworkDirectory& directory) {
    auto out = client.inspect(id, stop);
    REQUIRE(out.ok());
    directory.complete(*out, stop);
    return *out;
  }

  FakeDocker docker;
  DockerClient client{*parse_docker_host(docker.url())};
  FakeClock clock;
  std::string said;
  Diagnostics diagnostics{clock, LogLevel::kInfo, LogFormat::kLogfmt,
                          [this](std::string_view text) { said += text; }};
  std::atomic<bool> stop{false};
};

std::string label(const Container& container, const std::string& name) {
  const Labels labels = meta_labels(container, OutputStream::kStdout);
  const std::string* value = find_label(labels, "__meta_docker_network_" + name);
  return value ? *value : "absent";
}

RelabelConfig from(const std::string& source) {
  RelabelConfig out;
  out.source_labels = {source};
  return out;
}

RelabelConfig map(const std::string& regex) {
  RelabelConfig out;
  out.action = RelabelAction::kLabelMap;
  out.regex = regex;
  return out;
}

}  // namespace

TEST_SUITE_BEGIN("agent");

TEST_CASE("a container that shares another's network has its labels, however long the way") {
  World w;
  const std::string end = w.docker.run("end"), middle = w.docker.run("middle"),
                    first = w.docker.run("first"), loop = w.docker.run("loop");
  w.docker.set_network(end, "back", kBackend);
  w.docker.set_network(middle, "container:" + end, "{}");
  w.docker.set_network(first, "container:" + middle, "{}");
  w.docker.set_network(loop, "container:" + loop, "{}");
  CHECK(label(w.container(first, false), "ip") == "10.0.0.2");
  CHECK(label(w.container(first, false), "name") == "back");
  CHECK(label(w.container(loop, false), "name") == "absent");
  w.docker.remove(end);
  CHECK(label(w.container(first, false), "name") == "absent");
}

TEST_CASE("networks are asked for when rules look at them, and once for all containers") {
  World w;
  const std::string id = w.docker.run("api"), other = w.docker.run("other");
  w.docker.set_network(id, "back", kBackend);
  w.docker.set_network(other, "back", kBackend);
  w.docker.set_networks(
      R"([{"Id": "n1", "Name": "back", "Scope": "local", "Internal": true, "Labels": {"team": "a"}}])");
  CHECK(label(w.container(id, false), "scope") == "absent");
  NetworkDirectory directory(w.client, w.clock, w.diagnostics, true);
  const Container found = w.container(id, directory);
  CHECK(label(found, "scope") == "local");
  CHECK(label(found, "internal") == "true");
  CHECK(label(found, "label_team") == "a");
  const int before = w.docker.requests();
  CHECK(label(w.container(other, directory), "scope") == "local");
  CHECK(w.docker.requests() == before + 1);  // only the inspection
}

TEST_CASE("a proxy that does not tell networks is asked now and then, and the rest is there") {
  World w;
  const std::string id = w.docker.run("api");
  w.docker.set_network(id, "back", kBackend);
  w.docker.forbid("networks");
  NetworkDirectory directory(w.client, w.clock, w.diagnostics, true);
  CHECK(label(w.container(id, directory), "scope") == "absent");
  CHECK(label(w.container(id, directory), "ip") == "10.0.0.2");
  CHECK(w.said.find("does not tell its networks") != std::string::npos);
  const int before = w.docker.requests();
  (void)w.container(id, directory);
  CHECK(w.docker.requests() == before + 1);
  w.clock.advance(2 * kMinute);
  (void)w.container(id, directory);
  CHECK(w.docker.requests() == before + 3);
}

TEST_CASE("which rules look at what only the list of networks tells") {
  CHECK(!want_network_details({}));
  CHECK(!want_network_details(
      {from("__meta_docker_network_name"), from("__meta_docker_network_ip")}));
  CHECK(!want_network_details({map("__meta_docker_container_label_(.+)")}));
  CHECK(want_network_details({from("__meta_docker_network_scope")}));
  CHECK(want_network_details({from("__meta_docker_network_label_team")}));
  CHECK(want_network_details({map("__meta_docker_(.+)")}));
  CHECK(want_network_details({map("__meta_docker_network_label_(.+)")}));
}

TEST_CASE("the filter network takes a name or an id") {
  World w;
  const std::string id = w.docker.run("api");
  w.docker.set_network(id, "back", kBackend);
  const Container container = w.container(id, false);
  CHECK(passes_filters(container, {{"network", {"other", "back"}}}));
  CHECK(passes_filters(container, {{"network", {"n1"}}}));
  CHECK(!passes_filters(container, {{"network", {"front"}}}));
  CHECK(other_filters({{"network", {"x"}}, {"health", {"y"}}}) == DockerFilters{{"health", {"y"}}});
}

TEST_CASE("filters that only Docker knows are asked of it") {
  World w;
  const std::string id = w.docker.run("api"), other = w.docker.run("web");
  const DockerFilters running = {{"status", {"running", "paused"}}};
  CHECK(*w.client.is_listed(id, running, w.stop));
  w.docker.stop(id);
  CHECK(!*w.client.is_listed(id, running, w.stop));
  CHECK(*w.client.is_listed(other, running, w.stop));
  const auto refused = w.client.is_listed(id, {{"bogus", {"x"}}}, w.stop);
  REQUIRE(!refused.ok());
  CHECK(refused.error().message == "Docker answered 400: invalid filter 'bogus'");
}

TEST_SUITE_END();

}  // namespace logsvc::agent
