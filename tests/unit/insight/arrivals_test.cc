#include "insight/arrivals.h"

#include <doctest/doctest.h>

#include <atomic>
#include <nlohmann/json.hpp>
#include <thread>

#include "base/mutex.h"
#include "insight/insight.h"
#include "support/batches.h"
#include "support/fake_clock.h"
#include "support/mem_file_system.h"
#include "support/memory_log_source.h"
#include "support/takes_all.h"

namespace logsvc::insight {
namespace {

using namespace logsvc::testing;
using nlohmann::json;

// Makes one chosen thread wait when it asks for the wall clock, which it does under the lock of
// what is counted.
class HoldingClock : public FakeClock {
 public:
  Timestamp now() const override {
    if (std::this_thread::get_id() == held_.load()) {
      MutexLock lock(mutex_);
      inside_ = true;
      changed_.notify_all();
      while (!released_) changed_.wait(mutex_);
    }
    return FakeClock::now();
  }
  void hold_this_thread() { held_ = std::this_thread::get_id(); }
  void wait_until_held() {
    MutexLock lock(mutex_);
    while (!inside_) changed_.wait(mutex_);
  }
  void release() {
    MutexLock lock(mutex_);
    released_ = true;
    changed_.notify_all();
  }

 private:
  std::atomic<std::thread::id> held_{};
  mutable Mutex mutex_;
  mutable CondVar changed_;
  mutable bool inside_ GUARDED_BY(mutex_) = false;
  bool released_ GUARDED_BY(mutex_) = false;
};

const LabelSet kApi = LabelSet::from({{"service", "api"}, {"host", "h1"}, {"level", "info"}});

uint64_t lines_of(const std::string& snapshot) {
  uint64_t lines = 0;
  const json whole = json::parse(snapshot);
  for (const json& service : whole["services"]) {
    const json& cells = service["cells"];  // second, level, lines, …
    for (size_t i = 2; i < cells.size(); i += 3) lines += cells[i].get<uint64_t>();
  }
  return lines;
}

}  // namespace

TEST_SUITE_BEGIN("insight");

TEST_CASE("a push and an agent's report do not wait for a page that is being made") {
  MemFileSystem files;
  HoldingClock clock;
  Diagnostics diagnostics(clock, LogLevel::kError, LogFormat::kLogfmt, [](std::string_view) {});
  TakesAll sink;
  MemoryLogSource source;
  Insight insight(InsightOptions{"/data/insight", kDay}, sink, source, files, clock, diagnostics);
  std::string made;
  std::thread reader([&] {
    clock.hold_this_thread();
    made = insight.snapshot(false);
  });
  clock.wait_until_held();
  // The reader holds the lock until it is released: this thread would wait for ever.
  for (int i = 0; i < 3; ++i) {
    CHECK(insight.append(make_batch(kApi, {{clock.now(), "x"}})).ok());
  }
  wire::AgentReport report;
  report.agent = "a1";
  report.host = "h1";
  insight.report(std::move(report), "10.0.0.1");
  clock.release();
  reader.join();
  CHECK(lines_of(insight.snapshot(false)) == 3);
  CHECK(json::parse(insight.agents())["agents"].size() == 1);
}

TEST_CASE("what waits to be counted has a bound, and keeps its order") {
  Arrivals arrivals;
  const auto batch = make_batch(kApi, {{1, "x"}});
  const auto fill = [&](uint64_t bytes) {
    size_t added = 1;
    while (arrivals.add({static_cast<Timestamp>(added), bytes, batch})) ++added;
    return added;
  };
  // However small they are, there are never more of them.
  CHECK(fill(0) == Arrivals::kMostBytes / Arrivals::kLeastBytes);
  CHECK(!arrivals.take().empty());
  CHECK(fill(1 << 20) == Arrivals::kMostBytes >> 20);
  const std::vector<Arrival> taken = arrivals.take();
  REQUIRE(taken.size() == Arrivals::kMostBytes >> 20);
  CHECK(taken.front().at == 1);
  CHECK(taken.back().at == static_cast<Timestamp>(taken.size()));
  CHECK(arrivals.take().empty());
  CHECK(arrivals.add({1, 1, batch}));
}

TEST_SUITE_END();

}  // namespace logsvc::insight
