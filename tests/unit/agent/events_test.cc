#include <doctest/doctest.h>

#include "agent/docker/event_lines.h"
#include "support/fake_clock.h"
#include "support/mem_file_system.h"
#include "wire/push_protobuf.h"

namespace logsvc::agent {
namespace {

using namespace logsvc::testing;

DockerEvent event(const std::string& action, Timestamp t,
                  std::map<std::string, std::string> more = {}) {
  DockerEvent out{action, std::string(64, 'a'), {{"name", "api"}, {"image", "api:1"}}, t};
  out.attributes.merge(more);
  return out;
}

std::string line_of(const DockerEvent& e) {
  EventLine out;
  return make_event_line(e, "host", out) ? out.labels + " " + out.line : "";
}

std::vector<std::string> lines_in(Spool& spool) {
  std::vector<std::string> out;
  wire::LabelTextCache labels;
  SpoolGroup group;
  for (const auto reader = spool.reader(0); *reader->next(group);) {
    const auto batch = wire::decode_push_protobuf(std::string(group.block), 1 << 20, labels);
    REQUIRE(batch.ok());
    for (const auto& s : batch->streams) {
      for (const Entry& e : s.entries) out.emplace_back(e.line);
    }
  }
  return out;
}

}  // namespace

TEST_SUITE_BEGIN("agent");

TEST_CASE("what happened to a container, in words and with a level") {
  CHECK(line_of(event("die", 5, {{"exitCode", "137"}})) ==
        R"({host="host", job="docker-events", level="error", service="docker-events"} )"
        R"({"container":"api","container_id":"aaaaaaaaaaaa","event":"die","exitCode":137,)"
        R"("image":"api:1","level":"error","message":"api ended with exit code 137"})");
  const auto has = [](const DockerEvent& e, const char* part) {
    return line_of(e).find(part) != std::string::npos;
  };
  CHECK(has(event("die", 5, {{"exitCode", "0"}}), R"("level":"info")"));
  CHECK(has(event("die", 5, {{"exitCode", "143"}}), R"("level":"info")"));
  CHECK(has(event("oom", 5), "ran out of memory"));
  CHECK(has(event("health_status: unhealthy", 5), R"("event":"health_status")"));
  CHECK(has(event("health_status: unhealthy", 5), R"("level":"warn")"));
  CHECK(has(event("health_status: healthy", 5), "is healthy"));
  CHECK(has(event("kill", 5, {{"signal", "9"}}), R"("signal":9)"));
  CHECK(has(event("rename", 5, {{"oldName", "/old"}}), "was /old before"));
  // A container label may take the place of an attribute.
  CHECK(has(event("die", 5, {{"exitCode", "\xFFx"}}), "\uFFFDx"));
  for (const char* other : {"exec_create: sh", "exec_start: sh", "exec_die", "attach", "top", ""})
    CHECK(line_of(event(other, 5)) == "");
}

struct CountedWakeups : SpoolWakeup {
  void wake() override { ++count; }
  int count = 0;
};

TEST_CASE("events are spooled once, though the daemon tells the last ones again") {
  MemFileSystem files;
  FakeClock clock;
  Metrics registry;
  Counter& dropped = registry.counter("d", "");
  SpoolOptions options;
  options.clients = {"one"};
  auto spool = std::move(*Spool::open(files, "/agent", options));
  CountedWakeups wakeups;
  {
    EventLines lines(*spool, wakeups, clock, dropped, "host");
    CHECK(lines.last() == 0);
    lines.add(event("start", 5));
    lines.add(event("die", 7, {{"exitCode", "1"}}));
    lines.add(event("exec_die", 8));
  }
  spool.reset();
  spool = std::move(*Spool::open(files, "/agent", options));
  EventLines lines(*spool, wakeups, clock, dropped, "host");
  CHECK(lines.last() == 7);
  lines.add(event("start", 5));
  lines.add(event("die", 7, {{"exitCode", "1"}}));
  lines.add(event("destroy", 7));
  CHECK(lines_in(*spool).size() == 3);
  CHECK(wakeups.count == 3);
  CHECK(dropped.value() == 0);
}

TEST_SUITE_END();

}  // namespace logsvc::agent
