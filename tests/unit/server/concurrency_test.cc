// Everything that touches the store at once, for the thread sanitizer and for what must hold
// meanwhile.
#include <doctest/doctest.h>

#include <atomic>
#include <thread>

#include "logql/engine.h"
#include "server/ingest/ingest.h"
#include "server/live/tail_hub.h"
#include "server/live/tail_session.h"
#include "server/retention/line_deletion.h"
#include "store/store.h"
#include "support/batches.h"
#include "support/fake_clock.h"
#include "support/temp_dir.h"

namespace logsvc::server {

using namespace logsvc::testing;

TEST_SUITE_BEGIN("server");

TEST_CASE("pushes, queries, tails, seals, joining, retention and deletion at once") {
  constexpr int kWriters = 3, kPushes = 120, kLines = 5;
  TempDir dir;
  FakeClock clock{20'000 * kDay + 13 * kHour};
  const Timestamp day = 20'000 * kDay;
  PosixFileSystem files;
  Metrics metrics;
  Diagnostics diagnostics(clock, LogLevel::kError, LogFormat::kLogfmt, [](std::string_view) {});
  store::StoreOptions options;
  options.dir = dir.path() + "/data";
  options.window_bytes = 8'000;
  options.retention = 3 * kDay;
  options.compile_deletion = compile_deletion;
  options.deletion_cancel_period = 0;
  options.journal_segment_bytes = 20'000;
  auto opened = store::Store::open(options, files, clock, metrics, diagnostics);
  REQUIRE(opened.ok());
  store::Store& store = **opened;
  TailHub hub(clock, [] {});
  IngestLimits limits;
  limits.creation_grace_period = 0;
  Ingest ingest(limits, nullptr, store, hub, clock, metrics, diagnostics);
  const logql::Engine engine(store, {});
  const std::string every = "{w=~\".+\"}";
  auto tail = std::make_shared<TailSession>(TailForm{}, 0);
  hub.subscribe({every, false}, *logql::TailQuery::parse(every), tail);

  std::atomic<bool> done{false};
  std::vector<std::thread> others;
  others.emplace_back([&] {
    while (!done) {
      logql::RangeRequest request;
      request.query = "{w=~\".+\"} |= \"line\"";
      request.start = 0;
      request.end = INT64_MAX;
      request.limit = 5000;
      CHECK(engine.range(request).ok());
    }
  });
  others.emplace_back([&] {
    while (!done) {
      logql::InstantRequest request;
      request.query = "sum(count_over_time({w=~\".+\"}[48h]))";
      request.time = day + kDay;
      const auto counted = engine.instant(request);
      CHECK(counted.ok());
      CHECK(store.series({0, INT64_MAX}, {}).ok());
    }
  });
  others.emplace_back([&] {
    while (!done) {
      hub.form_pieces();
      (void)tail->take_frames(clock.steady_ns());
    }
  });
  others.emplace_back([&] {
    while (!done) {
      CHECK(store.maintain().ok());
      // Not past the retention of the lines that are counted in the end.
      if (clock.now() < day + kDay) clock.advance(10 * kSecond);
    }
  });
  others.emplace_back([&] {
    int n = 0;
    while (!done) {
      CHECK(store.flush().ok());
      if (++n % 4 == 0)
        CHECK(store.request_deletion("{w=\"0\"} |= \"doomed\"", {0, day + kDay}).ok());
    }
  });
  std::vector<std::thread> writers;
  for (int w = 0; w < kWriters; ++w) {
    writers.emplace_back([&, w] {
      for (int p = 0; p < kPushes; ++p) {
        std::vector<Line> lines;
        for (int i = 0; i < kLines; ++i) {
          lines.push_back(
              {day + (p * kLines + i) * kSecond, "line " + std::to_string(p * kLines + i)});
        }
        lines.push_back({day + p * kSecond, "doomed " + std::to_string(p)});
        lines.push_back({day - 10 * kDay, "past the retention " + std::to_string(p)});
        Batch batch;
        add_lines(batch, LabelSet::from({{"w", std::to_string(w)}}), lines);
        CHECK(ingest.accept(std::move(batch), Ingest::Format::kLoki).status.ok());
      }
    });
  }
  for (auto& t : writers) t.join();
  done = true;
  for (auto& t : others) t.join();

  std::map<std::string, int> found;
  SelectQuery all;
  all.range = {day, INT64_MAX};
  const auto entries = store.select(all);
  REQUIRE(entries.ok());
  while ((*entries)->next()) {
    found[(*entries)->labels().to_string() + std::string((*entries)->entry().line)] += 1;
  }
  int lines = 0;
  for (const auto& [line, n] : found) {
    CHECK(n == 1);
    lines += line.find("}line") != std::string::npos ? 1 : 0;
  }
  CHECK(lines == kWriters * kPushes * kLines);
}

TEST_SUITE_END();

}  // namespace logsvc::server
