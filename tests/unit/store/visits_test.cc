// Several threads read counts, times and fields of many blocks.
#include <stop_token>

#include "unit/store/store_world.h"

namespace logsvc::store {

TEST_SUITE_BEGIN("store");

namespace {

constexpr int kFiles = 40;

// Makes a file per step; every seventh has lines that are not JSON, every third a line with the
// time of the file before.
void fill(StoreWorld& w) {
  w.options.window_bytes = 100'000;  // so that none is small
  w.open();
  for (int f = 0; f < kFiles; ++f) {
    std::vector<Line> api, queue;
    for (int i = 0; i < 30; ++i) {
      const std::string n = std::to_string(1000 * f + i);
      const std::string line = f % 7 == 6 ? "n is " + n : R"({"n":)" + n + R"(,"m":"text"})";
      api.push_back({at(100 * f + i), line});
      if (i % 2) queue.push_back({at(100 * f + i), line});
    }
    if (f % 3 == 2) api.push_back({at(100 * (f - 1) + 5), R"({"n":1,"m":"late"})"});
    w.append(kApi, api);
    w.append(kQueue, queue);
    REQUIRE(w.store->flush().ok());
  }
  REQUIRE(w.store->totals().files == kFiles);
}

// Records everything in the order in which it is given.
struct Recorder : pushdown::FieldVisitor {
  std::vector<std::string> given;
  Status values(const LabelSet& stream, std::span<const Timestamp> times,
                std::span<const std::string_view> values) override {
    for (size_t i = 0; i < times.size(); ++i) note(stream, times[i], values[i]);
    return {};
  }
  Status entry(const LabelSet& stream, const Entry& entry) override {
    note(stream, entry.timestamp, entry.line);
    return {};
  }
  void note(const LabelSet& stream, Timestamp t, std::string_view what) {
    given.push_back(stream.to_string() + std::to_string(t) + " " + std::string(what));
  }
};

}  // namespace

TEST_CASE("fields of many blocks come in the same order each time, by block") {
  StoreWorld w;
  fill(w);
  SelectQuery query;
  query.range = {at(0), at(100 * kFiles)};
  Recorder first;
  REQUIRE(w.store->visit_field(query, "n", first).ok());
  CHECK(first.given.size() == w.select(query).size());
  for (int again = 0; again < 5; ++again) {
    if (again == 2) w.open();  // with nothing remembered
    Recorder other;
    const auto stats = w.store->visit_field(query, "n", other);
    REQUIRE(stats.ok());
    CHECK(stats->chunks_read >= kFiles);
    CHECK(other.given == first.given);
  }
}

TEST_CASE("times and counts of many blocks are those of the entries") {
  StoreWorld w;
  fill(w);
  SelectQuery query;
  query.range = {at(7), at(100 * kFiles - 80)};
  const Found all = by_select(*w.store, query);
  CHECK(by_times(*w.store, query) == all);
  CHECK(by_count(*w.store, query) == all);
  query.lines = LinePredicate::contains("n\":1");
  CHECK(by_count(*w.store, query).entries == by_select(*w.store, query).entries);
}

TEST_CASE("a visit stops when it is asked to, and with the first error of who is given") {
  StoreWorld w;
  fill(w);
  std::stop_source stop;
  SelectQuery query;
  query.range = {at(0), at(100 * kFiles)};
  query.stop = stop.get_token();
  int calls = 0;
  const auto cancelled = w.store->visit_times(query, [&](const LabelSet&, auto) -> Status {
    if (++calls == 9) stop.request_stop();
    return {};
  });
  REQUIRE(!cancelled.ok());
  CHECK(cancelled.error().code == ErrorCode::kCancelled);
  CHECK(calls < 12);  // what is left of the block

  query.stop = {};
  calls = 0;
  const auto failed = w.store->visit_times(query, [&](const LabelSet&, auto) -> Status {
    if (++calls == 9) return Error{ErrorCode::kTooLarge, "enough"};
    return {};
  });
  REQUIRE(!failed.ok());
  CHECK(failed.error().message == "enough");
  CHECK(calls == 9);
}

TEST_SUITE_END();

}  // namespace logsvc::store
