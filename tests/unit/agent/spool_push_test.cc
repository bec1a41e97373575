#include <doctest/doctest.h>

#include <condition_variable>
#include <mutex>
#include <random>

#include "agent/push/http_push_target.h"
#include "agent/push/pusher.h"
#include "agent/spool/spool.h"
#include "support/batches.h"
#include "support/fake_clock.h"
#include "support/mem_file_system.h"
#include "wire/push_protobuf.h"

namespace logsvc::agent {
namespace {

using namespace logsvc::testing;

// Answers as it is told, and keeps what it accepted.
class FakePushTarget : public PushTarget {
 public:
  std::function<PushOutcome::Kind(int call)> answer = [](int) {
    return PushOutcome::Kind::kAccepted;
  };

  PushOutcome push(const std::string& body) override {
    const std::lock_guard lock(mutex_);
    const auto kind = answer(calls_++);
    if (kind == PushOutcome::Kind::kAccepted) accept(body);
    changed_.notify_all();
    return {kind, 0, "fake"};
  }
  void cancel() override {}

  std::vector<std::string> wait_for(size_t lines) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, std::chrono::seconds(60), [&] { return lines_.size() >= lines; });
    return lines_;
  }
  int calls() {
    const std::lock_guard lock(mutex_);
    return calls_;
  }
  void wait_for_calls(int n) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, std::chrono::seconds(60), [&] { return calls_ >= n; });
  }

 private:
  void accept(const std::string& body) {
    wire::LabelTextCache labels;
    const auto batch = wire::decode_push_protobuf(body, 1 << 24, labels);
    REQUIRE(batch.ok());
    for (const auto& s : batch->streams) {
      for (const Entry& e : s.entries) lines_.emplace_back(e.line);
    }
  }
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::string> lines_;
  int calls_ = 0;
};

SpoolGroup group(const std::string& container, Timestamp t, std::vector<std::string> lines) {
  SpoolGroup out{container, {OutputStream::kStdout, t, 1, 99}, {}};
  for (auto& line : lines) out.lines.push_back({"{job=\"docker\"}", t, std::move(line)});
  return out;
}

struct World {
  MemFileSystem files;
  SystemClock clock;
  Metrics registry;
  AgentMetrics metrics{registry};
  Diagnostics quiet{clock, LogLevel::kError, LogFormat::kLogfmt, [](std::string_view) {}};
  FakePushTarget target;
  std::unique_ptr<Spool> spool = open();

  std::unique_ptr<Spool> open() {
    auto opened = Spool::open(files, "/agent", 0);
    REQUIRE_MESSAGE(opened.ok(), (opened.ok() ? "" : opened.error().message));
    return std::move(*opened);
  }
  std::unique_ptr<Pusher> pusher() {
    return std::make_unique<Pusher>(*spool, target, clock, metrics, quiet,
                                    PusherOptions{1000, kMillisecond, 2 * kMillisecond});
  }
};

}  // namespace

TEST_SUITE_BEGIN("agent");

TEST_CASE("spool groups round-trip and cut ones are refused") {
  const SpoolGroup g = group("c1", 5, {"a", std::string("\0\xFF", 2), ""});
  const std::string bytes = encode_spool_group(g);
  const auto back = decode_spool_group(bytes);
  REQUIRE(back.ok());
  CHECK(back->container == "c1");
  CHECK(back->cursor == g.cursor);
  REQUIRE(back->lines.size() == 3);
  CHECK(back->lines[1].line == g.lines[1].line);
  CHECK(back->lines[2].labels == "{job=\"docker\"}");
  for (size_t cut = 0; cut < bytes.size(); ++cut)
    CHECK(!decode_spool_group(bytes.substr(0, cut)).ok());
}

TEST_CASE("cursor and lines survive a restart together; what was acknowledged is not read again") {
  World w;
  REQUIRE(w.spool->append(group("c1", 5, {"one"})).ok());
  REQUIRE(w.spool->append(group("c1", 6, {"two"})).ok());
  REQUIRE(w.spool->append(group("c2", 3, {"three"})).ok());
  SpoolGroup g;
  uint64_t sequence = 0;
  REQUIRE(*w.spool->next(g, sequence));
  REQUIRE(w.spool->acknowledge(sequence).ok());
  w.spool.reset();
  w.spool = w.open();
  CHECK(w.spool->cursor("c1").timestamp == 6);
  CHECK(w.spool->cursor("c2").timestamp == 3);
  CHECK(w.spool->cursor("none").timestamp == 0);
  REQUIRE(*w.spool->next(g, sequence));
  CHECK(g.lines[0].line == "two");
}

TEST_CASE(
    "the last group has the cursor, though its clock stepped back; bad positions are refused") {
  World w;
  REQUIRE(w.spool->append(group("c1", 9, {"one"})).ok());
  REQUIRE(w.spool->append(group("c1", 4, {"stepped back"})).ok());
  w.spool.reset();
  w.spool = w.open();
  CHECK(w.spool->cursor("c1").timestamp == 4);
  w.spool.reset();
  for (const char* text : {"", "{}", "[1]", R"({"acknowledged":"x","containers":{}})",
                           R"({"acknowledged":1,"containers":{"a":5}})"}) {
    w.files.set_bytes("/agent/positions.json", text);
    const auto opened = Spool::open(w.files, "/agent", 0);
    REQUIRE(!opened.ok());
    CHECK(opened.error().message.find("positions.json") != std::string::npos);
  }
}

TEST_CASE("after a power cut no cursor is ahead of its lines") {
  World w;
  REQUIRE(w.spool->append(group("c1", 5, {"one"})).ok());
  SpoolGroup g;
  uint64_t sequence = 0;
  REQUIRE(*w.spool->next(g, sequence));
  REQUIRE(w.spool->acknowledge(sequence).ok());
  REQUIRE(w.spool->append(group("c1", 9, {"not synced"})).ok());
  w.spool.reset();
  w.files.drop_unsynced();
  w.spool = w.open();
  CHECK(w.spool->cursor("c1").timestamp == 5);
  CHECK(!*w.spool->next(g, sequence));
}

TEST_CASE("lines arrive in order though the server refuses connections for a while") {
  World w;
  w.target.answer = [](int call) {
    return call < 5 ? PushOutcome::Kind::kLater : PushOutcome::Kind::kAccepted;
  };
  std::vector<std::string> expected;
  for (int i = 0; i < 100; ++i) {
    expected.push_back("line " + std::to_string(i));
    REQUIRE(w.spool->append(group("c1", i + 1, {expected.back()})).ok());
  }
  const auto pusher = w.pusher();
  CHECK(w.target.wait_for(100) == expected);
  CHECK(w.metrics.push_retries.value() == 5);
}

TEST_CASE("a batch that is refused for good is counted and does not block the next") {
  World w;
  w.target.answer = [](int call) {
    return call == 0 ? PushOutcome::Kind::kRefused : PushOutcome::Kind::kAccepted;
  };
  REQUIRE(w.spool->append(group("c1", 1, {std::string(2000, 'x')})).ok());
  REQUIRE(w.spool->append(group("c1", 2, {"good"})).ok());
  const auto pusher = w.pusher();
  CHECK(w.target.wait_for(1) == std::vector<std::string>{"good"});
  CHECK(w.metrics.lines_dropped.value() == 1);
}

TEST_CASE("random failures and restarts lose no line and keep their order") {
  for (uint64_t seed = 1; seed <= 5; ++seed) {
    CAPTURE(seed);
    std::mt19937_64 random(seed);
    World w;
    w.target.answer = [&](int) {
      return random() % 3 ? PushOutcome::Kind::kAccepted : PushOutcome::Kind::kLater;
    };
    int next = 0;
    for (int round = 0; round < 6; ++round) {
      const int calls = w.target.calls();
      for (uint64_t i = 1 + random() % 30; i-- > 0; ++next) {
        REQUIRE(w.spool->append(group("c1", next + 1, {"line " + std::to_string(next)})).ok());
      }
      auto pusher = w.pusher();
      w.target.wait_for_calls(calls + 1);
      pusher.reset();
      w.spool.reset();
      w.spool = w.open();
    }
    REQUIRE(w.spool->append(group("c1", next + 1, {"last"})).ok());
    auto pusher = w.pusher();
    std::vector<std::string> got;
    do {
      got = w.target.wait_for(got.size() + 1);
    } while (got.back() != "last");
    // A restart may send again what was not acknowledged; first occurrences are complete and in
    // order.
    int expected = 0;
    for (const std::string& line : got) {
      if (line == "line " + std::to_string(expected)) ++expected;
    }
    CHECK(expected == next);
  }
}

TEST_CASE("push URLs") {
  CHECK(make_http_push_target("http://127.0.0.1:3100").ok());
  CHECK(make_http_push_target("https://user:pw@host/loki/api/v1/push").ok());
  CHECK(!make_http_push_target("127.0.0.1:3100").ok());
  CHECK(!make_http_push_target("ftp://x").ok());
  CHECK(!make_http_push_target("http://").ok());
}

TEST_SUITE_END();

}  // namespace logsvc::agent
