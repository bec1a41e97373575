// Any query over the store, which skips, counts and reads columns as far as it can, answers the
// same as over a source that gives every entry.
#include <doctest/doctest.h>

#include <algorithm>
#include <set>

#include "logql/engine.h"
#include "server/retention/line_deletion.h"
#include "store/store.h"
#include "support/described_result.h"
#include "support/fake_clock.h"
#include "support/memory_log_source.h"
#include "support/random_logs.h"
#include "support/temp_dir.h"

namespace logsvc::logql {
namespace {

using namespace logsvc::testing;

constexpr Timestamp kStart = 20'000 * kDay - 800 * kSecond;  // a day ends in the middle

// These are pending delete requests, and the lines that they match.
const std::vector<std::string> kDeletions = {R"({s="b"} |= "user_id_12")",
                                             R"({job="t",level="info"} | json | status = 200)"};
const TimeRange kDeleted = {kStart + 200 * kSecond, kStart + 1000 * kSecond};

// Holds the same entries in a store, in several files, days and open windows, and in memory.
struct Sources {
  TempDir dir;
  FakeClock clock{kStart + 2 * kHour};
  PosixFileSystem files;
  Metrics metrics;
  Diagnostics diagnostics{clock, LogLevel::kError, LogFormat::kLogfmt, [](std::string_view) {}};
  std::unique_ptr<store::Store> store;
  MemoryLogSource memory;

  Sources(RandomLogs& logs, int entries, bool with_deletions) {
    store::StoreOptions options;
    options.dir = dir.path() + "/data";
    options.window_bytes = 40'000;
    options.retention = 0;
    options.compile_deletion = server::compile_deletion;
    auto opened = store::Store::open(options, files, clock, metrics, diagnostics);
    REQUIRE(opened.ok());
    store = std::move(*opened);
    const std::vector<LabelSet> streams = {
        LabelSet::from({{"s", "a"}, {"job", "t"}, {"level", "info"}}),
        LabelSet::from({{"s", "b"}, {"job", "t"}, {"level", "error"}}),
        LabelSet::from({{"s", "c"}, {"job", "t"}}),
        LabelSet::from({{"s", "d"}, {"status", "stream"}}),
    };
    std::vector<store::DeletionFilter> deletions;
    if (with_deletions) {
      for (const std::string& query : kDeletions) {
        REQUIRE(store->request_deletion(query, kDeleted).ok());
        deletions.push_back(*server::compile_deletion(query));
      }
    }
    const auto is_deleted = [&](const LabelSet& labels, const Entry& entry) {
      return kDeleted.contains(entry.timestamp) &&
             std::any_of(deletions.begin(), deletions.end(), [&](const store::DeletionFilter& d) {
               return matches_all(d.matchers, labels) && d.make_line_predicate()(labels, entry);
             });
    };
    std::set<Timestamp> used;
    auto batch = std::make_shared<Batch>();
    for (int i = 0; i < entries; ++i) {
      // Some are late; each time occurs once, since the order of streams at equal times is the
      // store's own.
      Timestamp t =
          kStart + i * kSecond - (logs.one_in(9) ? Timestamp(logs.below(400)) * kSecond : 0);
      while (!used.insert(t).second) t += kMillisecond;
      const LabelSet& labels = streams[logs.below(streams.size())];
      const Line line{t, logs.line(), logs.metadata()};
      add_lines(*batch, labels, {line});
      const Entry& entry = batch->streams.back().entries.back();
      if (!is_deleted(labels, entry)) memory.add(labels, line);
      const bool twice = logs.one_in(20);
      if (twice || logs.one_in(40) || i + 1 == entries) {
        REQUIRE(store->append(batch).ok());
        batch = std::make_shared<Batch>();
        if (twice) add_lines(*batch, labels, {line});  // perhaps behind a flush
      }
      if (logs.one_in(400)) REQUIRE(store->flush().ok());
      if (logs.one_in(600)) REQUIRE(store->maintain().ok());  // joins files
    }
  }
};

TEST_CASE("queries over the store answer as over plain entries") {
  size_t answers = 0;
  for (uint32_t seed = 1; seed <= 4; ++seed) {
    RandomLogs logs(seed);
    const int entries = 1600;
    Sources sources(logs, entries, seed % 2 == 0);
    const Engine over_store(*sources.store, {}), over_memory(sources.memory, {});
    for (int i = 0; i < 200; ++i) {
      RangeRequest request;
      request.query = i % 2 ? logs.metric_query() : logs.log_query();
      request.start = kStart + Timestamp(logs.below(entries / 2)) * kSecond;
      request.end = request.start + Timestamp(1 + logs.below(entries)) * kSecond;
      request.step = (1 + Timestamp(logs.below(400))) * kSecond;
      request.limit = 1 + logs.below(300);
      request.direction = logs.one_in(2) ? Direction::kForward : Direction::kBackward;
      request.categorize_labels = logs.one_in(4);
      const std::string expected = describe(over_memory.range(request));
      const std::string got = describe(over_store.range(request));
      answers += !expected.empty() && !expected.starts_with("error");
      CAPTURE(request.query);
      CAPTURE(seed);
      REQUIRE(got == expected);
    }
  }
  CHECK(answers > 200);  // enough of them had results
}

}  // namespace
}  // namespace logsvc::logql
