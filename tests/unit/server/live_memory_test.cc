// What waits for live readers has one budget of memory.
#include "server/live/live_memory.h"

#include <doctest/doctest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <nlohmann/json.hpp>

#include "server/live/page_session.h"
#include "server/live/tail_loop.h"
#include "server/live/tail_session.h"
#include "support/batches.h"
#include "support/fake_clock.h"

namespace logsvc::server {
namespace {

using namespace logsvc::testing;

const LabelSet kWanted = LabelSet::from({{"a", "b"}});
const std::string kQuery = "{a=\"b\"}";

std::shared_ptr<const Batch> batch_of(size_t lines, size_t bytes) {
  std::vector<Line> out;
  for (size_t i = 0; i < lines; ++i)
    out.push_back({static_cast<Timestamp>(i), std::string(bytes, 'x')});
  return make_batch(kWanted, out);
}

template <typename Session>
std::shared_ptr<Session> join(TailHub& hub, std::shared_ptr<Session> session) {
  hub.subscribe({kQuery, false}, std::move(*logql::TailQuery::parse(kQuery)), session);
  session->set_history({}, 0);
  return session;
}

uint64_t left_out_of(PageSession& page) {
  uint64_t out = 0;
  for (const LiveFrame& frame : page.take_frames(0)) {
    const auto read = nlohmann::json::parse(frame.text());
    if (read.contains("leftOut"))
      out += read["leftOut"]["entries"].get<uint64_t>() + read["leftOut"].value("unread", 0u);
  }
  return out;
}

}  // namespace

TEST_SUITE_BEGIN("server");

TEST_CASE("a batch is counted once, however many hold it, and until the last does not") {
  const LiveMemory memory(1000);
  CHECK(memory.has_room());
  auto held = memory.hold(batch_of(10, 1000));
  const auto other = held;
  const uint64_t bytes = memory.held_bytes();
  CHECK(bytes >= 10 * 1000);
  CHECK(memory.full());
  CHECK(!memory.has_room());
  held.reset();
  CHECK(memory.held_bytes() == bytes);
  {
    LiveLease lease = memory.lease(50);
    lease.set(20);
    LiveLease moved = std::move(lease);
    CHECK(memory.held_bytes() == bytes + 20);
  }
  CHECK(memory.held_bytes() == bytes);
  CHECK(!LiveMemory(0).full());
}

TEST_CASE("a batch that borrows its bytes counts them") {
  const auto whole = batch_of(10, 1000);
  const BatchPlace first{0, 0};
  const auto part = batch_without(whole, {&first, 1});
  CHECK(memory_bytes(*part) >= 9 * 1000);
}

TEST_CASE("nothing is held without readers, and a reader gives up all it held") {
  FakeClock clock;
  TailHub hub(
      clock, [] {}, 1 << 20);
  hub.publish(batch_of(10, 1000));
  CHECK(hub.memory().held_bytes() == 0);
  {
    const auto page = join(hub, std::make_shared<PageSession>());
    const auto tail = join(hub, std::make_shared<TailSession>(TailForm::kPlain, 0));
    hub.publish(batch_of(10, 1000));
    CHECK(hub.memory().held_bytes() >= 10 * 1000);
    hub.form_pieces();
    // The text for the page and the entries for the tail; the batch itself is gone.
    CHECK(hub.memory().held_bytes() >= 20 * 1000);
    CHECK(page->queued_bytes() == tail->queued_bytes());
    CHECK(page->queued_bytes() >= 20 * 1000);
    {
      const auto frames = page->take_frames(0);
      CHECK(page->queued_bytes() == 0);
      (void)tail->take_frames(clock.steady_ns());
      CHECK(hub.memory().held_bytes() >= 10 * 1000);  // the frames that wait to be sent
    }
    CHECK(hub.memory().held_bytes() == 0);
    hub.unsubscribe(page->feed_reader());
    hub.unsubscribe(tail->feed_reader());
  }
}

TEST_CASE("what is shed is told as left out, once, and room is there again") {
  FakeClock clock;
  TailHub hub(
      clock, [] {}, 60'000);
  const auto page = join(hub, std::make_shared<PageSession>());
  const auto tail = join(hub, std::make_shared<TailSession>(TailForm::kPlain, 0));
  int asked = 0;
  const auto make_room = [&] {
    ++asked;
    page->shed();
    tail->shed();
  };
  for (int i = 0; i < 3; ++i) {
    hub.publish(batch_of(10, 1000));
    hub.form_pieces(make_room);
  }
  CHECK(asked > 0);
  CHECK(hub.memory().has_room());
  CHECK(page->dropped_total() == tail->dropped_total());
  const uint64_t dropped = page->dropped_total();
  CHECK(dropped >= 20);
  CHECK(left_out_of(*page) == dropped);
  CHECK(left_out_of(*page) == 0);
  const auto frames = tail->take_frames(clock.steady_ns());
  REQUIRE(!frames.empty());
  CHECK(nlohmann::json::parse(frames[0].text())["dropped_entries"].size() == dropped);
}

TEST_CASE("without memory for a batch its lines are counted and not kept") {
  FakeClock clock;
  TailHub hub(
      clock, [] {}, 5'000);
  const auto page = join(hub, std::make_shared<PageSession>());
  hub.publish(batch_of(10, 1000));  // more than there is, but nothing was held before
  const uint64_t held = hub.memory().held_bytes();
  for (int i = 0; i < 5; ++i) hub.publish(batch_of(10, 1000));
  CHECK(hub.memory().held_bytes() == held);
  hub.form_pieces([&] { page->shed(); });
  CHECK(left_out_of(*page) == 60);
}

TEST_CASE("a feed does not read more batches at once than a bound of bytes") {
  FakeClock clock;
  LiveFeed::Limits limits;
  limits.formed_bytes = 15'000;
  LiveFeed feed(std::move(*logql::TailQuery::parse(kQuery)), limits);
  auto page = std::make_shared<PageSession>();
  feed.join(page);
  page->set_history({}, 0);
  for (int i = 0; i < 3; ++i) feed.offer(batch_of(10, 1000), 0);
  CHECK(feed.form());
  CHECK(feed.form());
  CHECK(!feed.form());
  CHECK(page->take_frames(0).size() == 3);
}

TEST_CASE("history counts until it is sent and no longer compared") {
  PageSession page;
  TailEntry entry;
  entry.entry.line = std::string(1000, 'x');
  page.set_history({entry, entry}, 0);
  CHECK(page.own_bytes() >= 2 * 2 * 1000);
  (void)page.take_frames(0);
  CHECK(page.own_bytes() >= 2 * 1000);
  auto piece = std::make_shared<LivePiece>();
  piece->offered_ns = kMinute;
  piece->lines = 1;
  piece->text = std::make_shared<const std::string>("\"streams\":[],\"lines\":[]");
  page.offer(piece);
  (void)page.take_frames(0);
  CHECK(page.own_bytes() == 0);
}

TEST_CASE("the loop refuses readers when there are enough") {
  FakeClock clock;
  Metrics metrics;
  TailLoop loop({1, 0}, clock, metrics);
  CHECK(!loop.full());
  int ends[2];
  REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends) == 0);
  loop.adopt(http::Stream::plain(ends[0]), std::make_shared<PageSession>(), Validity());
  CHECK(loop.full());
  CHECK(metrics.text().find("logsvc_tail_shed_total{reason=\"refused\"} 1\n") != std::string::npos);
  ::close(ends[1]);
}

TEST_SUITE_END();

}  // namespace logsvc::server
