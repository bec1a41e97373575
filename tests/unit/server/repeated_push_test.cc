// What was pushed before is counted and shown once: by the pulse, by Loki's tail and by pages.
#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "insight/insight.h"
#include "server/ingest/ingest.h"
#include "server/live/page_session.h"
#include "server/live/tail_session.h"
#include "store/store.h"
#include "support/batches.h"
#include "support/fake_clock.h"
#include "support/temp_dir.h"

namespace logsvc::server {
namespace {

using namespace logsvc::testing;
using nlohmann::json;

const LabelSet kApi = LabelSet::from({{"service", "api"}, {"level", "error"}});

struct World {
  TempDir dir;
  FakeClock clock{20'000 * kDay + 13 * kHour};
  PosixFileSystem files;
  Metrics metrics;
  Diagnostics diagnostics{clock, LogLevel::kError, LogFormat::kLogfmt, [](std::string_view) {}};
  std::unique_ptr<store::Store> store = open();
  insight::Insight insight{{dir.path() + "/insight"}, *store, *store, files, clock, diagnostics};
  TailHub hub{clock, [] {}};
  Ingest ingest{IngestLimits(), nullptr, insight, hub, clock, metrics, diagnostics};

  std::unique_ptr<store::Store> open() {
    store::StoreOptions options;
    options.dir = dir.path() + "/data";
    auto opened = store::Store::open(options, files, clock, metrics, diagnostics);
    REQUIRE(opened.ok());
    return std::move(*opened);
  }
  void push(const std::vector<Line>& lines) {
    Batch batch;
    add_lines(batch, kApi, lines);
    REQUIRE(ingest.accept(std::move(batch), Ingest::Format::kLoki).status.ok());
  }
  int counted() {
    int n = 0;
    const json snapshot = json::parse(insight.snapshot(false));
    for (const json& service : snapshot["services"]) {
      for (size_t i = 2; i < service["cells"].size(); i += 3) n += service["cells"][i].get<int>();
    }
    return n;
  }
};

std::vector<std::string> shown_by(LiveSession& session, int64_t now_ns) {
  std::vector<std::string> out;
  for (const LiveFrame& frame : session.take_frames(now_ns)) {
    const json read = json::parse(frame.text());
    if (read.contains("lines")) {
      for (const json& line : read["lines"]) out.push_back(line[2]);
      continue;
    }
    for (const json& stream : read["streams"]) {
      for (const json& value : stream["values"]) out.push_back(value[1]);
    }
  }
  return out;
}

}  // namespace

TEST_SUITE_BEGIN("server");

TEST_CASE("a push that comes again is counted once and shown once") {
  World w;
  const std::string query = "{service=\"api\"}";
  auto tail = std::make_shared<TailSession>(TailForm::kPlain, 0);
  auto page = std::make_shared<PageSession>();
  w.hub.subscribe({query, false}, std::move(*logql::TailQuery::parse(query)), tail);
  w.hub.subscribe({query, false}, std::move(*logql::TailQuery::parse(query)), page);
  tail->set_history({}, 0);
  page->set_history({}, 0);

  const Timestamp now = w.clock.now();
  const std::vector<Line> lines = {{now, "one"}, {now, "two"}, {now, "one", {{"k", "v"}}}};
  w.push(lines);
  w.push(lines);
  w.push({{now, "two"}, {now + 1, "two"}});
  w.hub.form_pieces();

  CHECK(w.counted() == 4);
  const std::vector<std::string> expected = {"one", "two", "one", "two"};
  CHECK(shown_by(*page, w.clock.steady_ns()) == expected);
  CHECK(shown_by(*tail, w.clock.steady_ns()).size() == expected.size());
  // What came in is counted as it came.
  CHECK(w.ingest.lines_received() == 8);
}

TEST_CASE("of the history and the live lines, what is equal but for its metadata is shown twice") {
  auto query = *logql::TailQuery::parse("{service=\"api\"}");
  LiveFeed feed(std::move(query), true);
  auto tail = std::make_shared<TailSession>(TailForm::kCategorized, 0);
  feed.join(tail);
  feed.offer(make_batch(kApi, {{5, "x", {{"k", "1"}}}, {5, "x", {{"k", "2"}}}}), 0);
  feed.form();
  tail->set_history({{kApi.labels(), {5, "x", {{"k", "1"}}, {}}}}, 0);
  CHECK(shown_by(*tail, 0) == std::vector<std::string>{"x", "x"});
}

TEST_SUITE_END();

}  // namespace logsvc::server
