#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "insight/insight.h"
#include "support/fake_clock.h"
#include "support/mem_file_system.h"
#include "support/memory_log_source.h"
#include "support/takes_all.h"

namespace logsvc::insight {
namespace {

using namespace logsvc::testing;
using nlohmann::json;

const LabelSet kApi = LabelSet::from({{"service", "api"}, {"host", "h1"}});
const LabelSet kEvents = LabelSet::from({{"job", "docker-events"}, {"host", "h1"}});

// Holds a server's insight that ends and starts again over the same disk.
struct World {
  MemFileSystem files;
  FakeClock clock;
  std::string said;
  Diagnostics diagnostics{clock, LogLevel::kInfo, LogFormat::kLogfmt,
                          [this](std::string_view line) { said += line; }};
  TakesAll sink;
  MemoryLogSource source;
  const Duration retention;
  std::unique_ptr<Insight> insight;

  explicit World(Duration kept = 14 * kDay) : retention(kept) { start(); }
  void start() {
    insight.reset();
    insight = std::make_unique<Insight>(InsightOptions{"/data/insight", retention}, sink, source,
                                        files, clock, diagnostics);
  }
  // Ends as after a kill: only what was written before is kept.
  void kill() {
    const std::string kept = files.bytes("/data/insight/agents.json");
    insight.reset();
    files.set_bytes("/data/insight/agents.json", kept);
    start();
  }
  void push(uint64_t first, uint64_t count) {
    wire::AgentReport report;
    report.agent = "a1";
    report.host = "h1";
    report.lines = {{"c1", first, count}};
    insight->report(std::move(report), "10.0.0.1");
  }
  json agents() { return json::parse(insight->agents())["agents"]; }
  json ledger() { return agents().at(0)["sources"].at(0); }
};

}  // namespace

TEST_SUITE_BEGIN("insight");

TEST_CASE("restart: agents and ledgers are there, and one that is gone is shown as gone") {
  World world;
  world.push(1, 10);
  world.push(16, 5);
  CHECK(world.agents()[0]["gone"] == false);
  world.clock.advance(2 * kDay);
  world.start();
  CHECK(world.agents()[0]["gone"] == true);
  CHECK(world.ledger()["missing"] == 5);
  world.push(31, 10);  // nothing came while the server was away: ten are missing
  CHECK(world.agents()[0]["gone"] == false);
  CHECK(world.ledger()["unknown"] == 0);
  CHECK(world.ledger()["missing"] == 10);  // the five came over a day ago
  world.clock.advance(15 * kDay);
  world.start();
  CHECK(world.agents().empty());
}

TEST_CASE("restart: retention 0 forgets no agent") {
  World world(0);
  world.push(1, 10);
  world.clock.advance(1000 * kDay);
  world.start();
  CHECK(world.agents().size() == 1);
}

TEST_CASE("restart: after a kill what the last minute took is unknown, not missing") {
  World world;
  world.push(1, 10);
  world.push(16, 5);
  world.start();  // writes that it runs again
  CHECK(world.files.bytes("/data/insight/agents.json").find("\"at_end\":false") !=
        std::string::npos);
  world.push(21, 100);
  world.kill();
  world.push(121, 1);
  CHECK(world.ledger()["unknown"] == 100);
  CHECK(world.ledger()["missing"] == 5);
  CHECK(world.ledger()["received"] == 16);
}

TEST_CASE("restart: agents that do not read are set aside, and that is said") {
  World world;
  world.push(1, 10);
  world.insight.reset();
  const std::string path = "/data/insight/agents.json";
  std::string bytes = world.files.bytes(path);
  bytes[bytes.find("\"version\":1") + 10] = '0';
  world.files.set_bytes(path, bytes);
  world.start();
  CHECK(world.agents().empty());
  CHECK(world.files.bytes(path + ".bad") == bytes);
  CHECK(world.said.find("version is not 1") != std::string::npos);
  world.push(11, 10);
  CHECK(world.ledger()["missing"] == 0);
}

TEST_CASE("restart: a service that fell silent days ago is still told of, until the retention") {
  World world;
  for (int i = 0; i < 1200; ++i) {
    (void)world.insight->append(make_batch(kApi, {{world.clock.now(), "x", {}}})).ok();
    world.clock.advance(kSecond);
  }
  world.clock.advance(3 * kDay);
  world.start();
  const auto silence = [&] {
    const json services = json::parse(world.insight->snapshot(false))["services"];
    return services.empty() ? json("no service") : services[0]["silence"];
  };
  CHECK(silence()["cause"] == "host");
  world.clock.advance(12 * kDay);
  CHECK(silence() == nullptr);
  world.start();
  CHECK(silence() == "no service");
}

TEST_CASE("restart: marks of the whole retention come back, the newest of them") {
  World world;
  world.insight.reset();  // reads no more while the source changes
  const Timestamp now = world.clock.now();
  const auto mark = [&](Timestamp at, const std::string& container) {
    world.source.add(kEvents, {at, R"({"event":"die","container":")" + container + "\"}", {}});
  };
  mark(now - 20 * kDay, "forgotten");
  mark(now - 10 * kDay, "old");
  mark(now - kHour, "new");
  world.start();
  const auto containers = [&] {
    std::vector<std::string> out;
    const json whole = json::parse(world.insight->snapshot(false));
    for (const json& m : whole["marks"]) out.push_back(m["container"]);
    return out;
  };
  while (containers().size() < 2) std::this_thread::yield();
  CHECK(containers() == std::vector<std::string>{"old", "new"});
  world.insight.reset();
  for (size_t i = 0; i < MarkBook::kMax; ++i) mark(now - kHour + 1 + Timestamp(i), "many");
  world.start();
  while (containers().size() < MarkBook::kMax) std::this_thread::yield();
  CHECK(containers().front() == "many");
}

TEST_SUITE_END();

}  // namespace logsvc::insight
