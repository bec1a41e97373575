#include "server/live/live_feed.h"

#include <doctest/doctest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <nlohmann/json.hpp>
#include <set>
#include <thread>

#include "server/counters/counter_reader.h"
#include "server/live/frame_writer.h"
#include "server/live/page_session.h"
#include "server/live/tail_hub.h"
#include "support/batches.h"
#include "support/fake_clock.h"

namespace logsvc::server {
namespace {

using namespace logsvc::testing;

const LabelSet kWanted = LabelSet::from({{"a", "b"}});

LiveFeed feed_of(const char* query, LiveFeed::Limits limits) {
  return LiveFeed(std::move(*logql::TailQuery::parse(query)), limits);
}

std::vector<Line> numbered(int first, int count) {
  std::vector<Line> lines;
  for (int i = first; i < first + count; ++i) lines.push_back({i, "x" + std::to_string(i)});
  return lines;
}

struct Reader {
  std::shared_ptr<PageSession> page;
  std::vector<std::string> lines = {};
  uint64_t matched = 0, left_out = 0, unread = 0;

  size_t take(int64_t now_ns = 0) {
    const auto frames = page->take_frames(now_ns);
    for (const LiveFrame& frame : frames) {
      const auto read = nlohmann::json::parse(frame.text());
      for (const auto& line : read["lines"]) lines.push_back(line[2]);
      matched = read["matched"];
      if (!read.contains("leftOut")) continue;
      left_out += read["leftOut"]["entries"].get<uint64_t>();
      unread += read["leftOut"].value("unread", uint64_t{0});
    }
    return frames.size();
  }
  void say_taken() { page->receive("taken " + std::to_string(lines.size())); }
};

Reader reader_of(LiveFeed& feed, PageOptions options = {}) {
  Reader reader{std::make_shared<PageSession>(options)};
  feed.join(reader.page);
  reader.page->set_history({}, 0);
  return reader;
}

}  // namespace

TEST_SUITE_BEGIN("server");

TEST_CASE("a live feed: pages of one query get one text, each with its own count") {
  LiveFeed feed = feed_of("{a=\"b\"} |= \"x\"", {});
  Reader early = reader_of(feed);
  CHECK(!feed.offer(make_batch(LabelSet::from({{"a", "c"}}), {{1, "x"}}), 0));
  CHECK(feed.offer(make_batch(kWanted, {{1, "x1"}, {2, "y"}}), 0));
  CHECK(!feed.form());
  Reader late = reader_of(feed);
  CHECK(feed.offer(make_batch(kWanted, {{4, "x4"}, {3, "x3"}}), 0));
  feed.form();
  const auto of_early = early.page->take_frames(0);
  const auto of_late = late.page->take_frames(0);
  REQUIRE(of_early.size() == 2);
  REQUIRE(of_late.size() == 1);
  CHECK(of_early[1].shared == of_late[0].shared);
  CHECK(of_early[0].text() == R"({"matched":1,"streams":[{"a":"b"}],"lines":[[0,"1","x1"]]})");
  CHECK(of_early[1].text() ==
        R"({"matched":3,"streams":[{"a":"b"}],"lines":[[0,"3","x3"],[0,"4","x4"]]})");
  CHECK(of_late[0].text() ==
        R"({"matched":2,"streams":[{"a":"b"}],"lines":[[0,"3","x3"],[0,"4","x4"]]})");
}

TEST_CASE(
    "a live feed: what was offered before a page joined is not for it, formed together or not") {
  LiveFeed feed = feed_of("{a=\"b\"}", {});
  Reader early = reader_of(feed);
  feed.offer(make_batch(kWanted, {{1, "x1"}}), 0);
  Reader late = reader_of(feed);
  feed.offer(make_batch(kWanted, {{2, "x2"}}), 0);
  feed.form();
  early.take();
  late.take();
  CHECK(early.lines == std::vector<std::string>{"x1", "x2"});
  CHECK(late.lines == std::vector<std::string>{"x2"});
  CHECK(feed.viewers() == 2);
  CHECK(feed.leave(early.page.get()));
  CHECK(!feed.leave(late.page.get()));
}

TEST_CASE("a live feed: a page that is behind is told how many lines matched, not how many came") {
  LiveFeed feed = feed_of("{a=\"b\"} |= \"x\"", {});
  PageOptions small;
  small.max_queued_lines = 4;
  small.max_untaken_lines = 0;
  Reader slow = reader_of(feed, small);
  Reader quick = reader_of(feed);
  const auto offer = [&](int first) {
    auto lines = numbered(first, 3);
    lines.push_back({first + 3, "no match"});
    feed.offer(make_batch(kWanted, lines), 0);
    feed.form();
    quick.take();
    quick.say_taken();
  };
  offer(10);
  slow.take();
  CHECK(slow.lines.size() == 3);
  for (const int first : {20, 30, 40}) offer(first);
  CHECK(slow.take() == 0);
  CHECK(slow.page->dropped_total() == 6);
  slow.say_taken();
  const auto frames = slow.page->take_frames(0);
  REQUIRE(frames.size() == 1);
  CHECK(
      frames[0].text() ==
      R"({"matched":12,"streams":[{"a":"b"}],"lines":[[0,"20","x20"],[0,"21","x21"],[0,"22","x22"]],"leftOut":{"entries":6,"first":"30","last":"42"}})");
  CHECK(quick.lines.size() == 12);
  CHECK(quick.matched == 12);
  CHECK(quick.left_out == 0);
}

TEST_CASE("a live feed: lines that nobody had time to read are called so") {
  LiveFeed::Limits limits;
  limits.waiting_entries = 4;
  LiveFeed feed = feed_of("{a=\"b\"} |= \"x\"", limits);
  Reader reader = reader_of(feed);
  for (const int first : {10, 20, 30}) feed.offer(make_batch(kWanted, numbered(first, 3)), 0);
  feed.form();
  feed.offer(make_batch(kWanted, numbered(40, 3)), 0);
  feed.form();
  reader.take();
  CHECK(reader.lines == std::vector<std::string>{"x10", "x11", "x12", "x40", "x41", "x42"});
  CHECK(reader.matched == 6);
  CHECK(reader.left_out == 0);
  CHECK(reader.unread == 6);
}

TEST_CASE("a live feed: much at once comes in pieces and turns, in order, none twice") {
  LiveFeed::Limits limits;
  limits.formed_entries = 50;
  limits.piece_lines = 7;
  LiveFeed feed = feed_of("{a=\"b\"}", limits);
  Reader reader = reader_of(feed);
  for (int i = 0; i < 20; ++i) feed.offer(make_batch(kWanted, numbered(i * 10, 10)), 0);
  int turns = 1;
  while (feed.form()) ++turns;
  CHECK(turns == 4);
  reader.take();
  REQUIRE(reader.lines.size() == 200);
  for (int i = 0; i < 200; ++i) CHECK(reader.lines[i] == "x" + std::to_string(i));
}

TEST_CASE(
    "live feeds under pushes, pages that come and go, and a loop: every line is accounted for") {
  constexpr int kPushers = 3, kPushes = 200, kLines = 20;
  const FakeClock clock;
  TailHub hub(clock, [] {});
  const auto subscribe = [&](const char* text) {
    auto page = std::make_shared<PageSession>();
    hub.subscribe({text, false}, *logql::TailQuery::parse(text), page);
    return page;
  };
  Reader first{subscribe("{a=\"b\"} |= \"x\"")};
  first.page->set_history({}, 0);
  const auto counter = std::make_shared<CounterReader>(0, clock);
  hub.subscribe({"{a=\"b\"} |= \"x\"", false}, *logql::TailQuery::parse("{a=\"b\"} |= \"x\""),
                counter);

  std::atomic<int> pushing{kPushers};
  std::vector<std::thread> threads;
  for (int p = 0; p < kPushers; ++p) {
    threads.emplace_back([&, p] {
      for (int i = 0; i < kPushes; ++i) {
        auto lines = numbered((p * kPushes + i) * kLines, kLines);
        lines.push_back({0, "no match"});
        hub.publish(make_batch(kWanted, lines));
      }
      --pushing;
    });
  }
  Mutex mutex;
  std::vector<std::shared_ptr<PageSession>> adopted;
  threads.emplace_back([&] {
    while (pushing > 0) {
      auto page = subscribe(pushing % 2 ? "{a=\"b\"} |= \"x\"" : "{a=\"b\"}");
      page->set_history({{kWanted.labels(), {1, "x1", {}, {}}}}, 0);
      CHECK(hub.viewers() >= 1);
      CHECK(counter->counts().total <= kPushers * kPushes * kLines);
      MutexLock lock(mutex);
      adopted.push_back(std::move(page));
    }
  });
  // The loop is this thread.
  for (bool more = true; more || pushing > 0;) {
    more = hub.form_pieces();
    std::vector<std::shared_ptr<PageSession>> pages;
    {
      MutexLock lock(mutex);
      pages.swap(adopted);
    }
    for (const auto& page : pages) {
      CHECK(!page->take_frames(0).empty());
      hub.unsubscribe(page->feed_reader());
    }
    first.take();
    first.say_taken();
  }
  for (auto& t : threads) t.join();
  while (hub.form_pieces()) {  // one turn forms at most 16 MB of what the pushers left
  }
  while (first.take() > 0) first.say_taken();
  CHECK(first.lines.size() + first.left_out == kPushers * kPushes * kLines);
  CHECK(std::set(first.lines.begin(), first.lines.end()).size() == first.lines.size());
  CHECK(counter->counts().total == kPushers * kPushes * kLines);
}

TEST_CASE("a page: its history first, and what comes live as well only once") {
  LiveFeed feed = feed_of("{a=\"b\"}", {});
  auto page = std::make_shared<PageSession>();
  feed.join(page);
  Reader other = reader_of(feed);
  feed.offer(make_batch(kWanted, {{1, "x1"}, {2, "x2"}}), 10);
  feed.form();  // while the history is read
  page->set_history({{kWanted.labels(), {1, "x1", {}, {}}}, {kWanted.labels(), {3, "x3", {}, {}}}},
                    20);
  // In the store before it was published: a little later it comes again.
  feed.offer(make_batch(kWanted, {{3, "x3"}}), 20 + kSecond);
  feed.form();
  feed.offer(make_batch(kWanted, {{3, "x3"}, {4, "x4"}}), 20 + 3 * kSecond);
  feed.form();
  Reader reader{page};
  CHECK(reader.take() == 3);  // nothing of the batch that had nothing new
  CHECK(reader.lines == std::vector<std::string>{"x1", "x3", "x2", "x3", "x4"});
  CHECK(reader.matched == 5);
  other.take();
  CHECK(other.lines == std::vector<std::string>{"x1", "x2", "x3", "x3", "x4"});
}

TEST_CASE("a page: no more lines under way than it may have untaken, and no nonsense believed") {
  LiveFeed feed = feed_of("{a=\"b\"}", {});
  PageOptions options;
  options.max_untaken_lines = 5;
  Reader reader = reader_of(feed, options);
  for (int i = 0; i < 5; ++i) {
    feed.offer(make_batch(kWanted, numbered(i * 3, 3)), 0);
    feed.form();
  }
  reader.take();
  CHECK(reader.lines.size() == 6);
  reader.page->receive("taken 99999999");  // more than were sent: all of those
  reader.take();
  CHECK(reader.lines.size() == 12);
  reader.page->receive("taken -1");
  reader.page->receive("taken");
  reader.page->receive("hello");
  CHECK(reader.take() == 0);
  reader.say_taken();
  reader.take();
  CHECK(reader.lines.size() == 15);
}

TEST_CASE("frames are written whole and in order through a socket that takes little") {
  int ends[2];
  REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends) == 0);
  const auto shared = std::make_shared<const std::string>(1'000'000, 's');
  const auto stream = http::Stream::plain(ends[0]);
  FrameWriter writer;
  std::string expected;
  const auto add = [&](const LiveFrame& frame, const std::string& header) {
    writer.queue(frame);
    expected += header + frame.text();
  };
  add({"h", nullptr, "e"}, "\x81\x02");
  add({std::string(126, 'h'), nullptr, {}}, {"\x81\x7e\x00\x7e", 4});
  add({"head", shared, "end"}, {"\x81\x7f\x00\x00\x00\x00\x00\x0f\x42\x47", 10});
  add({{}, shared, {}}, {"\x81\x7f\x00\x00\x00\x00\x00\x0f\x42\x40", 10});
  add({}, {"\x81\x00", 2});
  CHECK(writer.unsent_bytes() == expected.size());
  std::string got;
  char piece[7001];
  while (got.size() < expected.size()) {
    REQUIRE(writer.write(*stream));
    const ssize_t n = ::read(ends[1], piece, sizeof piece);
    REQUIRE(n > 0);
    got.append(piece, static_cast<size_t>(n));
  }
  CHECK(got == expected);
  CHECK(writer.empty());
  CHECK(!writer.in_frame());
  CHECK(writer.unsent_bytes() == 0);
  CHECK(writer.written_bytes() == expected.size());
  ::close(ends[1]);
  writer.queue({"h", nullptr, {}});
  CHECK(!writer.write(*stream));
}

TEST_SUITE_END();

}  // namespace logsvc::server
