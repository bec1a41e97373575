// A wall clock that is set wrongly must not delete lines.
#include "store/policy/retention_clock.h"

#include "support/mem_file_system.h"
#include "unit/store/store_world.h"

namespace logsvc::store {

TEST_SUITE_BEGIN("store");

namespace {

// Holds lines of the last ten days in files, kept for fourteen.
struct ClockWorld : StoreWorld {
  ClockWorld() {
    options.retention = 14 * kDay;
    open();
    for (int day = 0; day < 10; ++day) append(kApi, {{at(-day * 86400), std::to_string(day)}});
    REQUIRE(store->flush().ok());
    maintain();
  }
  void maintain() { REQUIRE(store->maintain().ok()); }
  // Lets the time go by while the server runs.
  void run_for(Duration time) {
    for (Duration gone = 0; gone < time; gone += kHour) {
      clock.advance(kHour);
      maintain();
    }
  }
  bool says_held() const { return log.find("the clock has jumped ahead") != std::string::npos; }
};

}  // namespace

TEST_CASE("a clock that jumps ahead deletes nothing, while running and over a restart") {
  for (const bool restart : {false, true}) {
    CAPTURE(restart);
    ClockWorld w;
    w.append(kApi, {{at(1), "in memory"}});
    if (restart) w.store.reset();
    w.clock.step(40 * kDay);
    if (restart) w.open();
    w.maintain();
    CHECK(w.texts().size() == 11);
    CHECK(w.says_held());
    const auto held = w.store->retention_held();
    REQUIRE(held);
    CHECK(held->clock - held->expected == 40 * kDay);
    CHECK(w.metrics.text().find("logsvc_store_retention_held 1") != std::string::npos);
    w.clock.step(-40 * kDay);
    w.maintain();
    CHECK(!w.store->retention_held());
    CHECK(w.metrics.text().find("logsvc_store_retention_held 0") != std::string::npos);
    CHECK(w.texts().size() == 11);
    w.run_for(6 * kDay);  // as days go by, lines expire
    CHECK(w.texts().size() < 11);
    CHECK(w.texts().size() > 1);
  }
}

TEST_CASE("a clock that was held is believed on a person's word") {
  ClockWorld w;
  w.clock.step(40 * kDay);
  w.maintain();
  CHECK(w.texts().size() == 10);
  REQUIRE(w.store->confirm_clock().ok());
  w.maintain();
  CHECK(w.texts().empty());
  CHECK(!w.store->retention_held());
  w.open();
  w.maintain();
  CHECK(!w.store->retention_held());
}

TEST_CASE(
    "a clock that was held is believed when it has kept its pace for a day, restarts or not") {
  ClockWorld w;
  w.clock.step(40 * kDay);
  w.maintain();
  w.run_for(12 * kHour);
  w.open();
  w.run_for(11 * kHour);
  CHECK(w.texts().size() == 10);
  CHECK(w.store->retention_held()->left <= 90 * kMinute);
  w.run_for(3 * kHour);
  CHECK(w.texts().empty());
  CHECK(!w.store->retention_held());
}

TEST_CASE("a clock that jumps again begins its day anew") {
  ClockWorld w;
  w.clock.step(40 * kDay);
  w.run_for(20 * kHour);
  w.clock.step(40 * kDay);
  w.run_for(20 * kHour);
  CHECK(w.texts().size() == 10);
  CHECK(w.store->retention_held());
}

TEST_CASE("a clock that goes back harms nothing, nor does its return") {
  ClockWorld w;
  for (const Duration back : {40 * kDay, 20'000 * kDay, 3 * kHour}) {
    CAPTURE(back);
    w.clock.step(-back);
    w.maintain();
    w.open();
    w.run_for(5 * kHour);
    CHECK(w.texts().size() == 10);
    CHECK(!w.store->retention_held());
    w.clock.step(back);
    w.maintain();
    CHECK(w.texts().size() == 10);
    CHECK(!w.store->retention_held());
  }
}

TEST_CASE("delete requests and periods of streams wait as well while the clock is held") {
  StoreWorld w;
  w.options.retention = 0;
  w.options.retention_rules = {
      {{*Matcher::make(MatchType::kEqual, "level", "error")}, 1, 10 * kDay}};
  w.options.compile_deletion = [](const std::string&) -> Result<DeletionFilter> {
    return DeletionFilter{{*Matcher::make(MatchType::kEqual, "level", "info")}, nullptr};
  };
  w.open();
  w.append(kQueue, {{at(0), "error"}});
  w.append(kApi, {{at(0), "info"}});
  REQUIRE(w.store->flush().ok());
  const auto id = w.store->request_deletion("info", {at(-10), at(10)});
  REQUIRE(id.ok());
  w.clock.step(40 * kDay);
  for (int i = 0; i < 3; ++i) REQUIRE(w.store->maintain().ok());
  CHECK(w.texts() == std::vector<std::string>{"error"});  // the other is hidden
  REQUIRE(w.store->cancel_deletion(*id, true).ok());
  CHECK(w.texts().size() == 2);
}

TEST_CASE("a folder of an earlier release has the time of its newest line") {
  ClockWorld w;
  w.store.reset();
  REQUIRE(w.files.remove(w.options.dir + "/clock").ok());
  w.clock.step(40 * kDay);
  w.open();
  w.maintain();
  CHECK(w.texts().size() == 10);
  CHECK(w.says_held());
}

TEST_CASE("old lines that are imported into a new store expire at once, in memory and in files") {
  StoreWorld w;
  w.options.retention = 14 * kDay;
  w.open();
  w.append(kApi, {{at(-400 * 86400), "old"}, {at(0), "new"}});
  REQUIRE(w.store->maintain().ok());
  CHECK(w.texts() == std::vector<std::string>{"new"});
  CHECK(w.store->totals().streams == 1);
  CHECK(w.count("logsvc_store_expired_entries_total") == 1);
  w.append(kQueue, {{at(-400 * 86400), "old"}});
  REQUIRE(w.store->flush().ok());
  REQUIRE(w.store->maintain().ok());
  CHECK(w.texts() == std::vector<std::string>{"new"});
  CHECK(w.store->totals().streams == 1);
  w.open();
  CHECK(w.texts() == std::vector<std::string>{"new"});
}

TEST_CASE("a damaged time of the last run is said and begun anew; cut and flipped anywhere") {
  MemFileSystem disk;
  REQUIRE(disk.make_dirs("/d").ok());
  RetentionClock first(disk, "/d/clock");
  REQUIRE(first.open(1000 * kDay, 0, {}).ok());
  REQUIRE(first.look(1040 * kDay, kHour).ok());
  const std::string whole = disk.bytes("/d/clock");
  const auto opens = [&](const std::string& bytes) {
    disk.set_bytes("/d/clock", bytes);
    RetentionClock again(disk, "/d/clock");
    const Status opened = again.open(1040 * kDay + kHour, 0, {});
    CHECK(again.held().has_value() == opened.ok());
    return opened.ok();
  };
  CHECK(opens(whole));
  for (size_t n = 0; n < whole.size(); ++n) {
    CHECK(!opens(whole.substr(0, n)));
    std::string flipped = whole;
    flipped[n] = static_cast<char>(flipped[n] ^ 16);
    CHECK(!opens(flipped));
  }
}

TEST_SUITE_END();

}  // namespace logsvc::store
