// Pushes over thousands of days or streams are stored like others, and block nobody.
#include <thread>

#include "store/head/batch_parts.h"
#include "unit/store/store_world.h"

namespace logsvc::store {

TEST_SUITE_BEGIN("store");

namespace {

// Returns one line a day, going back from today.
std::vector<Line> lines_of_days(int days) {
  std::vector<Line> out;
  for (int day = 0; day < days; ++day) {
    out.push_back({at(-int64_t{day} * 86400), "day " + std::to_string(day)});
  }
  return out;
}

}  // namespace

TEST_CASE("a push over many days is a file a day, all of them there after a restart") {
  constexpr int kDays = 2500;
  StoreWorld w;
  w.options.retention = 0;
  w.open();
  w.append(kApi, lines_of_days(kDays));
  CHECK(w.texts().size() == kDays);
  w.open();  // from the journal
  CHECK(w.texts().size() == kDays);
  REQUIRE(w.store->flush().ok());
  CHECK(w.store->totals().files == kDays);
  CHECK(w.store->totals().head_entries == 0);
  CHECK(w.texts().size() == kDays);
  w.append(kApi, lines_of_days(kDays));  // again: exact duplicates
  REQUIRE(w.store->flush().ok());
  CHECK(w.texts().size() == kDays);
  w.open();
  CHECK(w.texts().size() == kDays);
}

TEST_CASE("what a push over many days left past the retention goes, with its days and streams") {
  StoreWorld w;
  w.options.retention = 0;
  w.open();
  w.append(kQueue, lines_of_days(2500));
  w.append(kApi, {{at(0), "kept"}});
  REQUIRE(w.store->flush().ok());
  w.options.retention = 2 * kDay;
  w.open();
  for (int i = 0; i < 4; ++i) REQUIRE(w.store->maintain().ok());
  CHECK(w.store->totals().files <= 5);
  CHECK(w.files.list(w.options.dir + "/chunks")->size() <= 4);
  w.open();
  CHECK(w.texts(matching(MatchType::kEqual, "level", "info")) == std::vector<std::string>{"kept"});
}

TEST_CASE("while pushes over many days are stored, others are, and queries see both") {
  StoreWorld w;
  w.options.retention = 0;
  w.options.memory_bytes = 4u << 20;
  w.open();
  std::thread wide([&] {
    for (int i = 0; i < 3; ++i) {
      auto lines = lines_of_days(2000);
      for (Line& line : lines) line.timestamp += i;
      const auto stored = w.store->append(make_batch(kQueue, lines));
      CHECK(stored.ok());
    }
  });
  for (int i = 0; i < 200; ++i) w.append(kApi, {{at(i), std::to_string(i)}});
  wide.join();
  CHECK(w.texts().size() == 6200);
  REQUIRE(w.store->flush().ok());
  CHECK(w.texts().size() == 6200);
}

TEST_CASE("many streams of one day do not stop pushes, though their lines are short") {
  StoreWorld w;
  w.options.memory_bytes = 16u << 20;
  w.open();
  constexpr int kStreams = 40'000, kAtOnce = 2000;
  for (int first = 0; first < kStreams; first += kAtOnce) {
    auto batch = std::make_shared<Batch>();
    for (int i = first; i < first + kAtOnce; ++i)
      add_lines(*batch, LabelSet::from({{"id", std::to_string(i)}}), {{at(i % 1000), "x"}});
    const auto stored = w.store->append(batch);
    REQUIRE_MESSAGE(stored.ok(), first);
  }
  CHECK(w.store->totals().streams == kStreams);
  CHECK(w.texts().size() == kStreams);
}

TEST_CASE("a batch is cut where its days and streams change, in order and without loss") {
  Batch batch;
  for (int s = 0; s < 3; ++s) {
    std::vector<Line> lines = lines_of_days(700);
    lines.push_back({at(1), "last"});
    lines.push_back({at(2), "of the same day"});
    add_lines(batch, LabelSet::from({{"s", std::to_string(s)}}), lines);
  }
  CHECK(opens_many(batch));
  std::vector<StoredLine> expected, found;
  const auto collect = [](const Batch& from, std::vector<StoredLine>& to) {
    for (const StreamEntries& s : from.streams) {
      for (const Entry& e : s.entries) {
        to.push_back({s.labels, {e.timestamp, std::string(e.line), {}}});
      }
    }
  };
  collect(batch, expected);
  size_t parts = 0;
  REQUIRE(for_each_part(batch, [&](Batch part) -> Status {
            ++parts;
            CHECK(!opens_many(part));
            collect(part, found);
            return {};
          }).ok());
  CHECK(parts == 3);
  CHECK(found == expected);
  CHECK(!opens_many(*make_batch(kApi, lines_of_days(100))));
}

TEST_CASE("pushes that would make too many streams are refused, others are not") {
  StoreWorld w;
  w.options.max_streams = 10;
  w.open();
  for (int i = 0; i < 10; ++i) {
    w.append(LabelSet::from({{"request", std::to_string(i)}}), {{at(i), "x"}});
  }
  const auto refused =
      w.store->append(make_batch(LabelSet::from({{"request", "10"}}), {{at(10), "x"}}));
  REQUIRE(!refused.ok());
  CHECK(refused.error().code == ErrorCode::kLimit);
  CHECK(refused.error().message.find("maximum active stream limit exceeded") == 0);
  CHECK(w.count("logsvc_store_refused_stream_pushes_total") == 1);
  w.append(LabelSet::from({{"request", "3"}}), {{at(11), "known"}});
  CHECK(w.texts().size() == 11);
}

TEST_SUITE_END();

}  // namespace logsvc::store
