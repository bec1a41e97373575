// Tests what the agent's threads wait with: timers, watches of folders, room in the spool.
#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <set>

#include "agent/common/folder_watches.h"
#include "agent/common/timer_queue.h"
#include "agent/spool/full_spool.h"
#include "support/mem_file_system.h"
#include "support/temp_dir.h"

namespace logsvc::agent {

using namespace logsvc::testing;

TEST_SUITE_BEGIN("agent");

TEST_CASE("a timer queue gives what is due, the earliest first, each key once") {
  TimerQueue<std::string> timers;
  CHECK(timers.next() == TimerQueue<std::string>::kNever);
  timers.set("a", 30);
  timers.set("b", 10);
  timers.set("c", 20);
  timers.set("a", 5);
  timers.set("c", TimerQueue<std::string>::kNever);
  CHECK(timers.next() == 5);
  CHECK(timers.take_due(4).empty());
  CHECK(timers.take_due(10) == std::vector<std::string>{"a", "b"});
  CHECK(timers.take_due(100).empty());
  timers.set("a", 7);
  CHECK(timers.next() == 7);
}

TEST_CASE("a watched folder tells of its files, and at last that it is gone") {
  TempDir dir;
  const std::string folder = dir.path() + "/logs";
  std::filesystem::create_directory(folder);
  FolderWatches watches(IN_CREATE | IN_MODIFY);
  CHECK(watches.add(dir.path() + "/nowhere") == FolderWatches::kNone);
  const int watch = watches.add(folder);
  REQUIRE(watch != FolderWatches::kNone);
  std::ofstream(folder + "/a.log") << "x";
  std::set<std::string> names;
  bool gone = false;
  const auto note = [&](const FolderWatches::Event& event) {
    CHECK(event.watch == watch);
    CHECK(!event.lost());
    if (event.is_last()) {
      gone = true;
    } else {
      names.emplace(event.name);
    }
  };
  watches.read(note);
  CHECK(names == std::set<std::string>{"a.log"});
  CHECK(!gone);
  std::filesystem::remove_all(folder);
  watches.read(note);
  CHECK(gone);
}

TEST_CASE("a full spool: who keeps lines waits for room or the end; who does not drops them") {
  MemFileSystem files;
  SystemClock clock;
  Metrics registry;
  AgentMetrics metrics(registry);
  Diagnostics quiet{clock, LogLevel::kError, LogFormat::kLogfmt, [](std::string_view) {}};
  std::atomic<bool> stop{false};
  WaitForRoom room(stop, metrics, quiet);
  int tries = 0;
  const auto third_time = [&]() -> Status {
    if (++tries < 3) return Error{ErrorCode::kNoSpace, "full"};
    return {};
  };
  CHECK(room.append(third_time));
  CHECK(tries == 3);
  CHECK(metrics.spool_full_waits.value() == 2);
  stop = true;
  CHECK(!room.append([]() -> Status { return Error{ErrorCode::kNoSpace, "full"}; }));
  CHECK(metrics.spool_full_waits.value() == 2);

  SpoolOptions options;
  options.max_bytes = 40'000;
  options.segment_bytes = 20'000;
  options.clients = {"one"};
  auto spool = std::move(*Spool::open(files, "/agent", options));
  const std::string block(10'000, 'x');
  Counter& dropped = registry.counter("d", "");
  uint64_t kept = 0;
  while (dropped.value() == 0 && kept < 100) {
    const SpoolGroup group{"s", "p", "", kept + 1, 1, 0, block};
    kept += append_or_drop(*spool, {&group, 1}, dropped);
  }
  CHECK(dropped.value() == 1);
  CHECK(kept > 0);
  CHECK(spool->waiting_lines(0) == kept);
}

TEST_SUITE_END();

}  // namespace logsvc::agent
