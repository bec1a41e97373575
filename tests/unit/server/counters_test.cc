#include "server/counters/counters.h"

#include <doctest/doctest.h>

#include <nlohmann/json.hpp>
#include <numeric>

#include "support/batches.h"
#include "support/fake_clock.h"
#include "support/mem_file_system.h"
#include "support/memory_log_source.h"

namespace logsvc::server {
namespace {

using namespace logsvc::testing;
using nlohmann::json;

constexpr Timestamp kNow = 1'800'000'000 * kSecond + 30 * kSecond;  // half past a minute
const LabelSet kApi = LabelSet::from({{"service", "api"}});

struct World {
  MemFileSystem files;
  FakeClock clock{kNow};
  Diagnostics quiet{clock, LogLevel::kError, LogFormat::kLogfmt, [](std::string_view) {}};
  MemoryLogSource source;
  Views views{source, {}};
  TailHub hub{clock, [] {}};
  const bool made = files.make_dirs("/data").ok();
  SharedItems items{files, "/data/shared.json", "/data/page.json", 1, quiet};

  void add(const std::string& id, const std::string& query) {
    const json item = {{"id", id}, {"name", id}, {"query", query}};
    REQUIRE(items.change(json{{"put", {{{"kind", "counters"}, {"item", item}}}}}.dump()).ok());
  }
  void publish(const std::vector<Line>& lines) {
    hub.publish(make_batch(kApi, lines));
    while (hub.form_pieces()) {
    }
  }
};

json only(Counters& counters) {
  const json all = json::parse(counters.text())["counters"];
  REQUIRE(all.size() == 1);
  return all[0];
}
uint64_t sum(const json& counts) {
  uint64_t all = 0;
  for (const json& n : counts) all += n.get<uint64_t>();
  return all;
}

}  // namespace

TEST_SUITE_BEGIN("server");

TEST_CASE("counters: what matches is counted as it comes, by the line's own time") {
  World w;
  w.add("paid", "{service=\"api\"} |= \"payment completed\"");
  Counters counters(w.views, {}, w.hub, w.items, w.clock);
  CHECK(only(counters)["total"] == 0);
  w.clock.advance(10 * kSecond);
  w.publish({{kNow + 9 * kSecond, "payment completed 1"},
             {kNow + 9 * kSecond, "payment failed"},
             {kNow + 8 * kSecond, "payment completed 2"},
             {kNow + 10 * kSecond, "payment completed 3"}});
  const json c = only(counters);
  CHECK(c["total"] == 3);
  CHECK(c["unread"] == 0);
  CHECK(c["minutes"].size() == CounterReader::kMinutes);
  CHECK(c["minutes"].back() == 3);
  CHECK(c["seconds"].size() == CounterReader::kSeconds);
  CHECK(c["seconds"].back() == 1);  // the last whole second
  CHECK(c["seconds"][58] == 1);
  CHECK(sum(c["seconds"]) == 2);  // the third is of the present one
  CHECK(w.hub.viewers() == 0);
}

TEST_CASE("counters: the hour before is read once, and no line counts twice") {
  World w;
  const Timestamp minute = kNow - 30 * kSecond;
  const Timestamp from = kNow + kMillisecond;  // the next whole one
  for (const Timestamp at : {minute - 59 * kMinute - 1, minute - 59 * kMinute, minute - kMinute,
                             minute - 1, minute, from - 1, from}) {
    w.source.add(kApi, {at, "x"});
  }
  w.add("all", "{service=\"api\"}");
  Counters counters(w.views, {}, w.hub, w.items, w.clock);
  w.publish({{from - 1, "x"}, {from, "x"}});  // in the store as well
  CHECK(only(counters)["total"] == 1);        // the history waits for what is under way
  w.clock.advance(3 * kSecond);
  for (int look = 0; look < 2; ++look) {
    const json c = only(counters);
    CHECK(c["since"] == (minute - 59 * kMinute) / kMillisecond);
    CHECK(c["total"] == 6);
    CHECK(c["minutes"][0] == 1);
    CHECK(c["minutes"][58] == 2);
    CHECK(c["minutes"][59] == 3);
    CHECK(sum(c["minutes"]) == 6);
  }
}

TEST_CASE("counters: a line of before the counter that comes after its history was read counts") {
  World w;
  w.source.add(kApi, {kNow - kSecond, "x"});
  w.add("all", "{service=\"api\"}");
  Counters counters(w.views, {}, w.hub, w.items, w.clock);
  w.clock.advance(3 * kSecond);
  CHECK(only(counters)["total"] == 1);
  w.clock.advance(kMillisecond);
  // Late, late by the hour that is looked at, and older than that.
  const Timestamp begin = (kNow / kMinute - 59) * kMinute;
  w.publish({{kNow - kSecond, "y"}, {begin, "y"}, {begin - 1, "y"}});
  const json c = only(counters);
  CHECK(c["total"] == 3);
  CHECK(c["minutes"].front() == 1);
  CHECK(c["minutes"].back() == 2);
}

TEST_CASE("counters: what is added counts, what is changed begins anew, what is removed ends") {
  World w;
  Counters counters(w.views, {}, w.hub, w.items, w.clock);
  CHECK(counters.text() == R"({"counters":[]})");
  w.add("c", "{service=\"api\"} |= \"a\"");
  counters.sync();
  w.publish({{kNow + kSecond, "a"}, {kNow + kSecond, "b"}});
  CHECK(only(counters)["total"] == 1);
  w.add("c", "{service=\"api\"} |= \"b\"");
  counters.sync();
  counters.sync();
  w.publish({{kNow + kSecond, "a"}, {kNow + kSecond, "b"}, {kNow + kSecond, "b"}});
  CHECK(only(counters)["total"] == 2);
  REQUIRE(w.items.change(R"({"remove":[{"kind":"counters","id":"c"}]})").ok());
  counters.sync();
  CHECK(counters.text() == R"({"counters":[]})");
}

TEST_CASE("a counter's rings: old and wild times are counted in the total alone") {
  const FakeClock clock(kNow);
  CounterReader reader(0, clock);
  const auto piece = std::make_shared<LivePiece>();
  for (const Timestamp at : {Timestamp{0}, 5 * kMinute, kNow, kNow - 2 * kHour, INT64_MAX})
    piece->entries.push_back({{}, {at, "x", {}, {}}});
  reader.offer(piece);
  piece->unread.unread = 7;
  piece->entries.clear();
  reader.offer(piece);
  const auto counts = reader.counts();
  CHECK(counts.total == 5);
  CHECK(counts.unread == 7);
  CHECK(std::accumulate(counts.minutes.begin(), counts.minutes.end(), uint64_t{0}) == 1);
  CHECK(counts.minutes.back() == 1);
}

TEST_SUITE_END();

}  // namespace logsvc::server
