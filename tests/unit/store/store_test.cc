#include "store/store.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <map>
#include <random>
#include <set>
#include <thread>

#include "store/index/sqlite.h"
#include "unit/store/store_world.h"

namespace logsvc::store {
TEST_SUITE_BEGIN("store");

TEST_CASE("entries are found at once, after a flush and after a restart, in both directions") {
  StoreWorld w;
  w.append(kApi, {{at(1), "one"}, {at(3), "three"}});
  w.append(kQueue, {{at(2), "two"}, {at(4), "four", {{"trace_id", "abc"}}}});
  const std::vector<std::string> expected = {"one", "two", "three", "four"};
  const auto check = [&] {
    CHECK(w.texts() == expected);
    SelectQuery backward;
    backward.direction = Direction::kBackward;
    CHECK(w.texts(backward) == std::vector<std::string>(expected.rbegin(), expected.rend()));
    CHECK(w.select().back().line.metadata == Labels{{"trace_id", "abc"}});
    SelectQuery middle;
    middle.range = {at(2), at(4)};
    CHECK(w.texts(middle) == std::vector<std::string>{"two", "three"});
    CHECK(w.texts(matching(MatchType::kEqual, "level", "error")) ==
          std::vector<std::string>{"two", "four"});
    CHECK(w.texts(matching(MatchType::kRegex, "service", "api.*")) ==
          std::vector<std::string>{"one", "three"});
  };
  SUBCASE("in memory") { check(); }
  SUBCASE("replayed from the journal") {
    w.open();
    CHECK(w.count("logsvc_store_replayed_records_total") == 2);
    check();
  }
  SUBCASE("sealed") {
    REQUIRE(w.store->flush().ok());
    CHECK(w.store->totals().files == 1);
    CHECK(w.store->totals().head_entries == 0);
    check();
  }
  SUBCASE("sealed and opened again") {
    REQUIRE(w.store->flush().ok());
    w.open();
    check();
  }
  SUBCASE("one half in a file, one in memory") {
    REQUIRE(w.store->flush().ok());
    w.append(kApi, {{at(5), "five"}});
    CHECK(w.texts().back() == "five");
    w.open();
    CHECK(w.texts() == std::vector<std::string>{"one", "two", "three", "four", "five"});
  }
}

TEST_CASE("exact duplicates appear once, wherever they meet; near duplicates stay") {
  StoreWorld w;
  const Line line{at(1), "same"};
  w.append(kApi, {line, line});
  w.append(kApi, {line});
  CHECK(w.texts() == std::vector<std::string>{"same"});
  REQUIRE(w.store->flush().ok());
  w.append(kApi, {line, {at(1), "other"}, {at(1), "same", {{"k", "v"}}}});
  CHECK(w.texts() == std::vector<std::string>{"same", "other", "same"});
  w.append(kQueue, {line});  // another stream
  SelectQuery all;
  all.range = {at(-10), at(100)};
  for (int again = 0; again < 3; ++again) {
    CHECK(w.texts().size() == 4);
    for (const Way way : {by_select, by_count, by_times, by_field}) {
      CHECK(way(*w.store, all) == Found{4, {}});
    }
    again == 1 ? (void)w.store->flush().ok() : w.open();
  }
}

TEST_CASE("equal times keep the order of arrival forward and the reverse backward") {
  StoreWorld w;
  std::vector<std::string> expected;
  for (int i = 0; i < 100; ++i) {
    expected.push_back("line " + std::to_string(i));
    w.append(kApi, {{at(1), expected.back()}});
    if (i == 30 || i == 60) REQUIRE(w.store->flush().ok());
  }
  CHECK(w.texts() == expected);
  SelectQuery backward;
  backward.direction = Direction::kBackward;
  CHECK(w.texts(backward) == std::vector<std::string>(expected.rbegin(), expected.rend()));
}

TEST_CASE("lines of any bytes and late lines of any age survive") {
  StoreWorld w;
  w.options.retention = 0;
  w.open();
  std::string bytes;
  for (int i = 0; i < 256; ++i) bytes += static_cast<char>(i);
  w.append(kApi, {{at(1), bytes}, {at(2), ""}, {at(3), std::string("a\0b", 3)}, {at(4), "x\ny"}});
  w.append(kApi, {{at(-400 * 86400), "old"}, {5, "oldest"}, {-5, "before 1970"}});
  const std::vector<std::string> expected = {"before 1970",          "oldest", "old", bytes, "",
                                             std::string("a\0b", 3), "x\ny"};
  CHECK(w.texts() == expected);
  REQUIRE(w.store->flush().ok());
  CHECK(w.texts() == expected);
  CHECK(w.store->totals().files == 4);  // a file a day
}

TEST_CASE("a line test leaves out lines in memory and in files alike, also across line borders") {
  StoreWorld w;
  w.append(kApi, {{at(1), "user_id_123 bought"},
                  {at(2), "user_id"},
                  {at(3), "_123 of another"},
                  {at(4), "again user_id_1234"}});
  SelectQuery q;
  q.lines = LinePredicate::contains("user_id_123");
  const std::vector<std::string> expected = {"user_id_123 bought", "again user_id_1234"};
  CHECK(w.texts(q) == expected);
  REQUIRE(w.store->flush().ok());
  CHECK(w.texts(q) == expected);
  q.lines = LinePredicate::all_of(
      {LinePredicate::contains("user_id_123"), LinePredicate::contains("again")});
  CHECK(w.texts(q) == std::vector<std::string>{"again user_id_1234"});
  q.lines = LinePredicate::contains("nothing like it");
  CHECK(w.texts(q).empty());
}

TEST_CASE("a search over many files finds all, several at once, and may end anywhere") {
  StoreWorld world;
  constexpr int kFiles = 60, kLines = 300;
  std::vector<std::string> wanted;
  for (int file = 0; file < kFiles; ++file) {
    std::vector<Line> lines;
    for (int i = 0; i < kLines; ++i) {
      lines.push_back(
          {at(file * kLines + i), "line " + std::to_string(file) + "." + std::to_string(i)});
    }
    if (file % 20 == 19) {
      lines[7].text += " needle";
      wanted.push_back(lines[7].text);
    }
    world.append(kApi, lines);
    REQUIRE(world.store->flush().ok());
  }
  SelectQuery query;
  query.lines = LinePredicate::contains("needle");
  CHECK(world.texts(query) == wanted);
  query.direction = Direction::kBackward;
  std::reverse(wanted.begin(), wanted.end());
  for (size_t taken = 0; taken <= wanted.size(); ++taken) {
    auto entries = world.store->select(query);
    REQUIRE(entries.ok());
    for (size_t i = 0; i < taken; ++i) {
      REQUIRE((*entries)->next());
      CHECK((*entries)->entry().line == wanted[i]);
    }
  }
  std::vector<std::thread> readers;
  std::atomic<size_t> found = 0;
  for (int r = 0; r < 4; ++r) {
    readers.emplace_back([&] {
      for (int i = 0; i < 10; ++i) {
        const auto entries = world.store->select(query);
        while ((*entries)->next()) ++found;
      }
    });
  }
  for (std::thread& r : readers) r.join();
  CHECK(found == 4 * 10 * wanted.size());
}

TEST_CASE("series and labels are those with entries in the range, in memory and sealed") {
  StoreWorld w;
  w.append(kApi, {{at(0), "a"}});
  w.append(kQueue, {{at(3600), "b"}});
  for (int sealed = 0; sealed < 2; ++sealed) {
    CHECK(w.store->series({at(0), at(7200)}, {})->size() == 2);
    CHECK(*w.store->series({at(3000), at(7200)}, {}) == std::vector<LabelSet>{kQueue});
    CHECK(*w.store->label_names({at(0), at(1)}, {}) ==
          std::vector<std::string>{"level", "service"});
    CHECK(*w.store->label_values("service", {at(0), at(7200)}, {}) ==
          std::vector<std::string>{"api-server", "queue-backend"});
    CHECK(w.store->label_values("none", {at(0), at(7200)}, {})->empty());
    const auto totals =
        w.store->totals({at(0), at(7200)}, {*Matcher::make(MatchType::kEqual, "level", "error")});
    REQUIRE(totals->size() == 1);
    CHECK(totals->front().entries == 1);
    CHECK(totals->front().bytes == 1);
    REQUIRE(w.store->flush().ok());
  }
}

TEST_CASE("days past the retention go, files and streams with them") {
  StoreWorld w;
  w.options.retention = 48 * kHour;
  w.open();
  w.append(kQueue, {{at(-3 * 86400), "past"}});
  w.append(kApi, {{at(-86400), "kept"}, {at(0), "now"}});
  REQUIRE(w.store->flush().ok());
  CHECK(w.store->totals().files == 3);
  REQUIRE(w.store->maintain().ok());
  CHECK(w.store->totals().files == 2);
  CHECK(w.texts() == std::vector<std::string>{"kept", "now"});
  CHECK(w.store->totals().streams == 1);
  CHECK(w.count("logsvc_store_expired_entries_total") == 1);
  CHECK(!w.files.exists(w.options.dir + "/chunks/" + format_day(at(-3 * 86400))));
  w.append(kQueue, {{at(1), "back"}});
  CHECK(w.texts(matching(MatchType::kEqual, "level", "error")) == std::vector<std::string>{"back"});
  w.open();
  CHECK(w.texts().size() == 3);
}

TEST_CASE("windows are sealed by size and by age") {
  StoreWorld w;
  w.options.window_bytes = 10'000;
  w.open();
  for (int i = 0; i < 50; ++i) w.append(kApi, {{at(i), std::string(1000, 'x')}});
  REQUIRE(w.store->flush().ok());
  CHECK(w.store->totals().files >= 5);
  w.append(kApi, {{at(100), "young"}});
  REQUIRE(w.store->maintain().ok());
  CHECK(w.store->totals().head_entries == 1);
  w.clock.advance(11 * kMinute);
  REQUIRE(w.store->maintain().ok());
  REQUIRE(w.store->flush().ok());  // waits for the sealer
  CHECK(w.store->totals().head_entries == 0);
  CHECK(w.texts().size() == 51);
}

TEST_CASE("the journal is trimmed behind sealed chunks and replay repeats nothing") {
  StoreWorld w;
  for (int i = 0; i < 10; ++i)
    w.append(kApi, {{at(i), "line"}, {at(-86400), "y" + std::to_string(i)}});
  REQUIRE(w.store->flush().ok());
  const uint64_t files = w.store->totals().files;
  w.open();
  CHECK(w.store->totals().head_entries == 0);
  CHECK(w.store->totals().files == files);
  CHECK(w.texts().size() == 20);
}

TEST_CASE("a lost or broken index is built anew from the chunk files") {
  StoreWorld w;
  w.append(kApi, {{at(1), "one"}});
  w.append(kQueue, {{at(-86400), "two"}});
  REQUIRE(w.store->flush().ok());
  w.append(kApi, {{at(5), "in the journal"}});
  w.store.reset();
  const std::string index = w.options.dir + "/index.db";
  for (const char* suffix : {"", "-wal", "-shm"}) {
    if (w.files.exists(index + suffix)) REQUIRE(w.files.remove(index + suffix).ok());
  }
  SUBCASE("lost") {}
  SUBCASE("broken") { REQUIRE(w.files.replace(index, std::string(5000, 'z')).ok()); }
  SUBCASE("of a release with another schema") {
    auto old = Sqlite::open(index);
    REQUIRE(old.ok());
    REQUIRE(old->execute("CREATE TABLE meta(key TEXT PRIMARY KEY, value INTEGER) WITHOUT ROWID;"
                         "INSERT INTO meta VALUES('schema_version', 1)")
                .ok());
  }
  w.open();
  CHECK(w.texts() == std::vector<std::string>{"two", "one", "in the journal"});
  CHECK(*w.store->series({at(0), at(2)}, {}) == std::vector<LabelSet>{kApi});
}

TEST_CASE("a chunk file that does not verify is set aside, counted and said") {
  StoreWorld w;
  w.append(kApi, {{at(1), "one"}});
  REQUIRE(w.store->flush().ok());
  w.store.reset();
  const std::string day = w.options.dir + "/chunks/" + format_day(at(0));
  REQUIRE(w.files.replace(day + "/00000000000000ff.chunk", "not a chunk file").ok());
  w.open();
  CHECK(w.texts() == std::vector<std::string>{"one"});
  CHECK(w.count("logsvc_store_quarantined_files_total") == 1);
  CHECK(w.log.find("moved to quarantine") != std::string::npos);
  CHECK(w.files.exists(w.options.dir + "/quarantine/00000000000000ff.chunk"));
}

TEST_CASE("a second process is kept out") {
  StoreWorld w;
  auto second = Store::open(w.options, w.files, w.clock, w.metrics, w.diagnostics);
  REQUIRE(!second.ok());
  CHECK(second.error().code == ErrorCode::kUnavailable);
}

// Compares the counts of the store with those of reading every line.
void check_count(const Store& store, const pushdown::CountQuery& query) {
  using Totals = std::map<std::pair<LabelSet, size_t>, std::pair<uint64_t, uint64_t>>;
  const auto totals = [&](auto count) {
    Totals out;
    const auto stats =
        count([&](const LabelSet& labels, std::span<const pushdown::BucketCount> counts) {
          for (const pushdown::BucketCount& c : counts) {
            CHECK(c.bucket < query.edges.size() - 1);
            out[{labels, c.bucket}].first += c.entries;
            out[{labels, c.bucket}].second += c.bytes;
          }
          return Status();
        });
    REQUIRE(stats.ok());
    return out;
  };
  const Totals read =
      totals([&](auto visit) { return pushdown::count_selected(store, query, visit); });
  CHECK(totals([&](auto visit) { return store.count(query, visit); }) == read);
  // It is asked again, with what was remembered from the first time.
  CHECK(totals([&](auto visit) { return store.count(query, visit); }) == read);
}

TEST_CASE("counts are those of the entries, in windows, files and where both overlap") {
  StoreWorld w;
  w.options.window_bytes = 4000;
  w.open();
  std::mt19937 random(7);
  const std::vector<LabelSet> streams = {LabelSet::from({{"s", "a"}}), LabelSet::from({{"s", "b"}}),
                                         LabelSet::from({{"s", "c"}})};
  const Timestamp day = 20'000 * kDay;
  for (int i = 0; i < 900; ++i) {
    // There are late lines and exact duplicates, some of which are in other files.
    const Timestamp t = day + i - static_cast<int>(random() % 3 == 0 ? random() % 90 : 0);
    w.append(streams[random() % 3], {{t, "line " + std::to_string(t % 50) + " of many"}});
    if (random() % 40 == 0) REQUIRE(w.store->flush().ok());
  }
  for (int round = 0; round < 60; ++round) {
    pushdown::CountQuery query;
    std::set<Timestamp> edges;
    const int n = 2 + static_cast<int>(random() % 20);
    while (static_cast<int>(edges.size()) < n) {
      edges.insert(day - 20 + static_cast<int>(random() % 1000));
    }
    query.edges.assign(edges.begin(), edges.end());
    query.bytes = round % 2;
    if (round % 3 == 1) query.lines = LinePredicate::contains("line 1");
    if (round % 3 == 2) query.lines = LinePredicate::none_of({LinePredicate::contains("7 of")});
    check_count(*w.store, query);
  }
}

TEST_CASE("many writers and readers at once lose and double nothing") {
  StoreWorld w;
  w.options.window_bytes = 20'000;
  w.open();
  constexpr int kWriters = 4, kBatches = 60;
  std::atomic<bool> done{false};
  std::thread reader([&] {
    while (!done) {
      auto entries = w.store->select({});
      if (!entries.ok()) continue;
      Timestamp last = INT64_MIN;
      size_t n = 0;
      while ((*entries)->next()) {
        CHECK((*entries)->entry().timestamp >= last);
        last = (*entries)->entry().timestamp;
        ++n;
      }
      CHECK(n <= kWriters * kBatches * 5);
    }
  });
  std::vector<std::thread> writers;
  for (int t = 0; t < kWriters; ++t) {
    writers.emplace_back([&, t] {
      const LabelSet labels = LabelSet::from({{"writer", std::to_string(t)}});
      for (int b = 0; b < kBatches; ++b) {
        std::vector<Line> lines;
        for (int i = 0; i < 5; ++i) {
          lines.push_back({at(b * 5 + i), std::string(100, 'a') + std::to_string(i)});
        }
        CHECK(w.store->append(make_batch(labels, lines)).ok());
        if (b % 20 == 0) CHECK(w.store->flush().ok());
      }
    });
  }
  for (auto& t : writers) t.join();
  done = true;
  reader.join();
  CHECK(w.texts().size() == kWriters * kBatches * 5);
  w.open();
  CHECK(w.texts().size() == kWriters * kBatches * 5);
}

TEST_CASE("random batches, seals and restarts answer like a sorted list") {
  for (uint64_t seed = 1; seed <= 8; ++seed) {
    CAPTURE(seed);
    std::mt19937_64 random(seed);
    StoreWorld w;
    w.options.retention = 0;
    w.options.window_bytes = 5'000;
    w.open();
    struct Expected {
      StoredLine line;
      size_t arrival;
    };
    std::vector<Expected> model;
    const std::vector<LabelSet> streams = {kApi, kQueue, LabelSet::from({{"a", "b"}})};
    for (int step = 0; step < 60; ++step) {
      const auto& labels = streams[random() % streams.size()];
      std::vector<Line> lines;
      for (size_t i = random() % 20; i-- > 0;) {
        Line l{at(static_cast<int64_t>(random() % 400'000) - 200'000),
               std::string(random() % 80, 'x') + std::to_string(random() % 3)};
        if (random() % 4 == 0) l.metadata = {{"k", std::to_string(random() % 2)}};
        lines.push_back(l);
        const StoredLine stored{labels, l};
        if (std::none_of(model.begin(), model.end(),
                         [&](const Expected& e) { return e.line == stored; })) {
          model.push_back({stored, model.size()});
        }
      }
      w.append(labels, lines);
      if (random() % 8 == 0) REQUIRE(w.store->flush().ok());
      if (random() % 16 == 0) w.open();
    }
    std::stable_sort(model.begin(), model.end(), [](const Expected& a, const Expected& b) {
      if (a.line.line.timestamp != b.line.line.timestamp)
        return a.line.line.timestamp < b.line.line.timestamp;
      if (!(a.line.labels == b.line.labels)) return a.line.labels.hash() < b.line.labels.hash();
      return a.arrival < b.arrival;
    });
    SelectQuery q;
    q.range = {at(-100'000), at(150'000)};
    std::vector<StoredLine> expected;
    for (const Expected& e : model) {
      if (q.range.contains(e.line.line.timestamp)) expected.push_back(e.line);
    }
    CHECK(w.select(q) == expected);
    q.direction = Direction::kBackward;
    // Backward, streams of one time keep their order and the lines of each are reversed.
    auto backward = w.select(q);
    CHECK(backward.size() == expected.size());
    q.direction = Direction::kForward;
    q.lines = LinePredicate::contains("x2");
    std::erase_if(expected,
                  [](const StoredLine& l) { return l.line.text.find("x2") == std::string::npos; });
    CHECK(w.select(q) == expected);
  }
}

TEST_SUITE_END();

}  // namespace logsvc::store
