#include <doctest/doctest.h>

#include <atomic>
#include <condition_variable>
#include <map>
#include <mutex>
#include <random>
#include <set>

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

  size_t too_large_over = 1u << 30;

  PushOutcome push(const PushMessage& message) override {
    const std::lock_guard lock(mutex_);
    auto kind = answer(calls_++);
    if (message.body.size() > too_large_over) kind = PushOutcome::Kind::kTooLarge;
    if (kind == PushOutcome::Kind::kAccepted) accept(message);
    changed_.notify_all();
    return {kind, 0, "fake"};
  }
  void report(const std::string& report) override {
    const std::lock_guard lock(mutex_);
    reports_.push_back(report);
    changed_.notify_all();
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
  template <typename T>
  T read(const T& member) {
    const std::lock_guard lock(mutex_);
    return member;
  }
  std::vector<wire::SequenceRange> ranges() { return read(ranges_); }
  std::vector<std::string> tenants() { return read(tenants_); }
  std::set<std::string> label_texts() { return read(label_texts_); }
  // What came at least, by the end of a while.
  std::vector<std::string> wait_for_reports(size_t n) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, std::chrono::seconds(60), [&] { return reports_.size() >= n; });
    return reports_;
  }
  std::string wait_for_report() {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, std::chrono::seconds(60), [&] { return !reports_.empty(); });
    return reports_.empty() ? "" : reports_.front();
  }
  void wait_for_calls(int n) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, std::chrono::seconds(60), [&] { return calls_ >= n; });
  }

 private:
  void accept(const PushMessage& message) {
    wire::LabelTextCache labels;
    const auto batch = wire::decode_push_protobuf(message.body, 1 << 24, labels);
    REQUIRE(batch.ok());
    if (!message.report.empty()) {
      const auto report = wire::decode_agent_report(message.report);
      REQUIRE_MESSAGE(report.ok(), report.error().message);
      for (const auto& range : report->lines) ranges_.push_back(range);
    }
    tenants_.push_back(message.tenant);
    for (const auto& s : batch->streams) {
      label_texts_.insert(s.labels.to_string());
      for (const Entry& e : s.entries) lines_.emplace_back(e.line);
    }
  }
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::string> tenants_;
  std::vector<std::string> reports_;
  std::vector<wire::SequenceRange> ranges_;
  std::set<std::string> label_texts_;
  std::vector<std::string> lines_;
  int calls_ = 0;
};

// Lines of one source, numbered on.
struct Lines {
  std::string source;
  std::string position;
  std::vector<std::string> lines;
  uint64_t first_line = 1;
  std::string tenant = "";
  Labels labels = {{"job", "docker"}};
};

Status append(Spool& spool, const Lines& of) {
  wire::PushBuilder builder;
  for (size_t i = 0; i < of.lines.size(); ++i)
    builder.add(LabelSet::from(of.labels).to_string(), static_cast<Timestamp>(i + 1), of.lines[i]);
  std::string block;
  if (!of.lines.empty()) builder.finish(block);
  const SpoolGroup group{of.source,       of.position, of.tenant, of.first_line,
                         of.lines.size(), kSecond,     block};
  return spool.append({&group, 1});
}

std::vector<std::string> lines_of(const SpoolGroup& group) {
  wire::LabelTextCache labels;
  const auto batch = wire::decode_push_protobuf(std::string(group.block), 1 << 24, labels);
  REQUIRE(batch.ok());
  std::vector<std::string> out;
  for (const auto& s : batch->streams) {
    for (const Entry& e : s.entries) out.emplace_back(e.line);
  }
  return out;
}

struct World {
  MemFileSystem files;
  SystemClock clock;
  Metrics registry;
  AgentMetrics metrics{registry};
  Diagnostics quiet{clock, LogLevel::kError, LogFormat::kLogfmt, [](std::string_view) {}};
  FakePushTarget target;
  SpoolOptions options{.max_bytes = 0, .clients = {"one"}};
  std::unique_ptr<Spool> spool = open();

  std::unique_ptr<Spool> open() {
    auto opened = Spool::open(files, "/agent", options);
    REQUIRE_MESSAGE(opened.ok(), (opened.ok() ? "" : opened.error().message));
    return std::move(*opened);
  }
  void reopen() {
    spool.reset();
    spool = open();
  }
  std::unique_ptr<Pusher> pusher(PusherOptions o = {}) { return pusher(target, std::move(o)); }
  std::vector<wire::SourceDescription> containers;
  std::unique_ptr<Pusher> pusher(PushTarget& to, PusherOptions o = {}) {
    o.batch.bytes = 1000;
    o.batch_wait = 0;
    o.min_backoff = kMillisecond;
    o.max_backoff = 2 * kMillisecond;
    return std::make_unique<Pusher>(
        *spool, to, clock, metrics, quiet, std::move(o),
        Pusher::Says{[] { return wire::AgentReport{}; }, [this] { return containers; }});
  }
};

}  // namespace

TEST_SUITE_BEGIN("agent");

TEST_CASE("spool groups round-trip and cut ones are refused") {
  const SpoolGroup g{"docker/c1", "stdout 5 1 99 0 0", "acme", 8, 3, kSecond, "block"};
  const std::string bytes = encode_spool_group(g);
  const auto back = decode_spool_group(bytes);
  REQUIRE(back.ok());
  CHECK(back->source == g.source);
  CHECK(back->position == g.position);
  CHECK(back->tenant == g.tenant);
  CHECK(back->first_line == 8);
  CHECK(back->lines == 3);
  CHECK(back->read_at == kSecond);
  CHECK(back->block == "block");
  for (size_t cut = 0; cut < bytes.size() - 5; ++cut)
    CHECK(!decode_spool_group(bytes.substr(0, cut)).ok());
}

TEST_CASE("positions and lines survive a restart together; what was pushed is not read again") {
  World w;
  REQUIRE(append(*w.spool, {"c1", "5", {"one"}}).ok());
  REQUIRE(append(*w.spool, {"c1", "6", {"two"}, 2}).ok());
  REQUIRE(append(*w.spool, {"c2", "3", {"three"}}).ok());
  SpoolGroup g;
  auto reader = w.spool->reader(0);
  REQUIRE(*reader->next(g));
  REQUIRE(w.spool->acknowledge(0, reader->sequence(), 1).ok());
  const std::string id = w.spool->agent_id();
  reader.reset();
  w.reopen();
  CHECK(w.spool->agent_id() == id);
  CHECK(w.spool->state("c1").position == "6");
  CHECK(w.spool->state("c1").lines == 2);
  CHECK(w.spool->state("c2").position == "3");
  CHECK(w.spool->state("none").position == "");
  CHECK(w.spool->waiting_lines(0) == 2);
  reader = w.spool->reader(0);
  REQUIRE(*reader->next(g));
  CHECK(lines_of(g) == std::vector<std::string>{"two"});
}

TEST_CASE("the last group has the position, also when it goes back; bad positions are refused") {
  World w;
  REQUIRE(append(*w.spool, {"c1", "9", {"one"}}).ok());
  REQUIRE(append(*w.spool, {"c1", "4", {"stepped back"}, 2}).ok());
  w.reopen();
  CHECK(w.spool->state("c1").position == "4");
  w.spool.reset();
  for (const char* text :
       {"", "{}", "[1]", R"({"agent":1,"sources":{}})", R"({"agent":"a","sources":{"a":5}})"}) {
    w.files.set_bytes("/agent/positions.json", text);
    const auto opened = Spool::open(w.files, "/agent", w.options);
    REQUIRE(!opened.ok());
    CHECK(opened.error().message.find("positions.json") != std::string::npos);
  }
}

TEST_CASE("after a power cut no position is ahead of its lines, and new groups are pushed") {
  World w;
  REQUIRE(append(*w.spool, {"c1", "5", {"one"}}).ok());
  w.spool.reset();
  w.files.drop_unsynced();
  w.spool = w.open();
  SpoolGroup g;
  auto reader = w.spool->reader(0);
  // Whatever came back, the position belongs to it.
  const bool kept = *reader->next(g);
  CHECK(w.spool->state("c1").position == (kept ? "5" : ""));
  // An acknowledgement may be younger than the groups that survived: numbers are used again.
  REQUIRE(append(*w.spool, {"c1", "6", {"two"}, 2}).ok());
  REQUIRE(*reader->next(g));
  REQUIRE(w.spool->acknowledge(0, reader->sequence() + 7, 1).ok());
  reader.reset();
  w.reopen();
  REQUIRE(append(*w.spool, {"c1", "7", {"three"}, 3}).ok());
  reader = w.spool->reader(0);
  REQUIRE(*reader->next(g));
  CHECK(lines_of(g) == std::vector<std::string>{"three"});
}

TEST_CASE("an acknowledgement file cut at any byte says what was last written whole") {
  MemFileSystem files;
  REQUIRE(files.make_dirs("/a").ok());
  {
    auto file = AckFile::open(files, "/a/x");
    REQUIRE(file.ok());
    for (uint64_t i = 1; i <= 5000; ++i) REQUIRE((*file)->write(i).ok());
  }
  const std::string bytes = *files.read_all("/a/x");
  CHECK(bytes.size() < 80'000);
  for (size_t cut = 0; cut <= 64; ++cut) {
    files.set_bytes("/a/x", bytes.substr(0, cut));
    auto file = AckFile::open(files, "/a/x");
    REQUIRE(file.ok());
    CHECK((*file)->sequence() == (cut < 16 ? 0 : 4096 + cut / 16));
    REQUIRE((*file)->write(9999).ok());
    file->reset();
    CHECK((*AckFile::open(files, "/a/x"))->sequence() == 9999);
  }
}

TEST_CASE(
    "a spool whose files are cut at any byte opens, with positions that belong to its lines") {
  World w;
  for (int i = 1; i <= 4; ++i)
    REQUIRE(append(*w.spool, {"c1", std::to_string(i), {"line"}, static_cast<uint64_t>(i)}).ok());
  const std::string name = "/agent/spool/" + w.files.list("/agent/spool")->front();
  const std::string bytes = *w.files.read_all(name);
  w.spool.reset();
  for (size_t cut = 0; cut <= bytes.size(); ++cut) {
    CAPTURE(cut);
    w.files.set_bytes(name, bytes.substr(0, cut));
    w.spool = w.open();
    uint64_t n = 0;
    SpoolGroup g;
    for (auto reader = w.spool->reader(0); *reader->next(g);) ++n;
    CHECK(w.spool->state("c1").position == (n == 0 ? "" : std::to_string(n)));
    CHECK(w.spool->state("c1").lines == n);
    CHECK(w.spool->waiting_lines(0) == n);
    w.spool.reset();
  }
}

TEST_CASE("a full spool makes its readers wait, but for a client that lags behind another") {
  World w;
  std::map<size_t, uint64_t> dropped;
  w.options.max_bytes = 4000;
  w.options.segment_bytes = 500;
  w.options.clients = {"quick", "slow"};
  w.options.on_dropped = [&](size_t client, uint64_t lines) { dropped[client] += lines; };
  w.reopen();
  std::mt19937_64 random(1);
  const auto noise = [&] {
    std::string out;
    for (int i = 0; i < 200; ++i) out += static_cast<char>(random());
    return out;
  };
  uint64_t n = 0;
  while (append(*w.spool, {"c1", "p", {noise()}, n + 1}).ok()) ++n;
  CHECK(n > 5);
  CHECK(dropped.empty());
  CHECK(append(*w.spool, {"c1", "p", {noise()}, n + 1}).error().code == ErrorCode::kNoSpace);
  // The quick one takes all: there is room, and the slow one pays for it.
  SpoolGroup g;
  const auto quick = w.spool->reader(0);
  while (*quick->next(g)) REQUIRE(w.spool->acknowledge(0, quick->sequence(), g.lines).ok());
  REQUIRE(append(*w.spool, {"c1", "p", {noise()}, ++n}).ok());
  CHECK(dropped[0] == 0);
  CHECK(dropped[1] > 0);
  uint64_t left = 0;
  for (const auto slow = w.spool->reader(1); *slow->next(g);) left += g.lines;
  CHECK(left + dropped[1] == n);
  CHECK(w.spool->waiting_lines(1) == left);
}

TEST_CASE("lines arrive in order though the server refuses connections for a while") {
  World w;
  w.target.answer = [](int call) {
    return call < 5 ? PushOutcome::Kind::kLater : PushOutcome::Kind::kAccepted;
  };
  std::vector<std::string> expected;
  for (int i = 0; i < 100; ++i) {
    expected.push_back("line " + std::to_string(i));
    REQUIRE(append(*w.spool, {"c1", "p", {expected.back()}, static_cast<uint64_t>(i + 1)}).ok());
  }
  const auto pusher = w.pusher();
  CHECK(w.target.wait_for(100) == expected);
  CHECK(w.metrics.push_retries.value() == 5);
  // The ledger has every line once, in order.
  uint64_t next = 1;
  for (const auto& range : w.target.ranges()) {
    CHECK(range.first == next);
    next += range.count;
  }
  CHECK(next == 101);
}

TEST_CASE("behind a quiet time a few pushes go at once, then they keep their pace") {
  World w;
  FakeClock clock;
  PusherOptions options;
  options.batch_wait = kHour;
  Pusher pusher(*w.spool, w.target, clock, w.metrics, w.quiet, options,
                Pusher::Says{[] { return wire::AgentReport{}; }});
  const auto print = [&](uint64_t line) {
    REQUIRE(append(*w.spool, {"c1", "p", {std::to_string(line)}, line}).ok());
    pusher.wake();
  };
  for (uint64_t line = 1; line <= 3; ++line) {
    print(line);
    REQUIRE(w.target.wait_for(line).size() == line);
  }
  CHECK(w.target.calls() == 3);
  print(4);
  print(5);
  clock.advance(kHour);
  pusher.wake();
  CHECK(w.target.wait_for(5).size() == 5);
  CHECK(w.target.calls() == 4);
}

TEST_CASE("a batch that is refused for good is counted and does not block the next") {
  World w;
  w.target.answer = [](int call) {
    return call == 0 ? PushOutcome::Kind::kRefused : PushOutcome::Kind::kAccepted;
  };
  REQUIRE(append(*w.spool, {"c1", "1", {std::string(2000, 'x')}}).ok());
  REQUIRE(append(*w.spool, {"c1", "2", {"good"}, 2}).ok());
  const auto pusher = w.pusher();
  CHECK(w.target.wait_for(1) == std::vector<std::string>{"good"});
  CHECK(w.metrics.lines_refused.value() == 1);
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
        REQUIRE(append(*w.spool, {"c1", "p", {"line " + std::to_string(next)}}).ok());
      }
      auto pusher = w.pusher();
      w.target.wait_for_calls(calls + 1);
      pusher.reset();
      w.reopen();
    }
    REQUIRE(append(*w.spool, {"c1", "p", {"last"}}).ok());
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

TEST_CASE("a push that is too large is halved until it fits; one line that does not is given up") {
  World w;
  std::vector<std::string> expected;
  for (int i = 0; i < 8; ++i) expected.push_back("line " + std::to_string(i));
  expected[3].clear();  // does not compress
  std::mt19937_64 random(1);
  for (int i = 0; i < 400; ++i) expected[3] += static_cast<char>('!' + random() % 90);
  REQUIRE(append(*w.spool, {"c1", "p", expected}).ok());
  w.target.answer = [](int) { return PushOutcome::Kind::kAccepted; };
  w.target.too_large_over = 200;
  const auto pusher = w.pusher();
  expected.erase(expected.begin() + 3);
  CHECK(w.target.wait_for(7) == expected);
  CHECK(w.metrics.lines_refused.value() == 1);
}

TEST_CASE("tenants are pushed apart, external labels join those that lack the name") {
  World w;
  REQUIRE(append(*w.spool, {"c1", "p", {"a"}, 1, "acme"}).ok());
  REQUIRE(append(*w.spool, {"c1", "p", {"b"}, 2, "acme"}).ok());
  REQUIRE(append(*w.spool, {"c1", "p", {"c"}, 3, "", {{"job", "x"}, {"site", "own"}}}).ok());
  PusherOptions options;
  options.batch.external_labels = {{"site", "seoul"}};
  const auto pusher = w.pusher(options);
  CHECK(w.target.wait_for(3) == std::vector<std::string>{"a", "b", "c"});
  CHECK(w.target.tenants() == std::vector<std::string>{"acme", ""});
  CHECK(w.target.label_texts() ==
        std::set<std::string>{R"({job="docker", site="seoul"})", R"({job="x", site="own"})"});
}

TEST_CASE("a client without a server does not hold up another; each gets everything") {
  World w;
  w.options.clients = {"quick", "slow"};
  w.reopen();
  FakePushTarget slow;
  std::atomic<bool> up{false};
  slow.answer = [&](int) { return up ? PushOutcome::Kind::kAccepted : PushOutcome::Kind::kLater; };
  std::vector<std::string> expected;
  for (int i = 0; i < 50; ++i) {
    expected.push_back("line " + std::to_string(i));
    REQUIRE(append(*w.spool, {"c1", "p", {expected.back()}, static_cast<uint64_t>(i + 1)}).ok());
  }
  PusherOptions second;
  second.client = 1;
  const auto quick_pusher = w.pusher(), slow_pusher = w.pusher(slow, second);
  CHECK(w.target.wait_for(50) == expected);
  up = true;
  CHECK(slow.wait_for(50) == expected);
}

TEST_CASE("reports tell of all containers in turn, and of each anew when all were told of") {
  World w;
  for (int i = 0; i < 130; ++i) {
    const std::string id = "c" + std::to_string(i);
    w.containers.push_back({id, "ticketing-api-" + id, "json-file", "file", kSecond, 0, true});
  }
  PusherOptions options;
  options.report_interval = 0;
  options.describe_interval = 0;
  const auto pusher = w.pusher(std::move(options));
  std::map<std::string, int> told;
  for (const std::string& text : w.target.wait_for_reports(6)) {
    const auto report = wire::decode_agent_report(text);
    REQUIRE_MESSAGE(report.ok(), report.error().message);
    CHECK(!report->sources.empty());
    for (const auto& source : report->sources) ++told[source.source];
  }
  CHECK(told.size() == 130);
  CHECK(told["c0"] >= 2);
}

TEST_CASE("an agent without lines reports itself") {
  World w;
  const auto pusher = w.pusher();
  const auto report = wire::decode_agent_report(w.target.wait_for_report());
  REQUIRE(report.ok());
  CHECK(report->agent == w.spool->agent_id());
  CHECK(report->lines.empty());
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
