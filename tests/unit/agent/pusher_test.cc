#include "agent/push/pusher.h"

#include <doctest/doctest.h>

#include <random>

#include "agent/push/http_push_target.h"
#include "base/shown_url.h"
#include "support/fake_clock.h"
#include "unit/agent/spool_world.h"

namespace logsvc::agent {

using namespace logsvc::testing;

TEST_SUITE_BEGIN("agent");

TEST_CASE("lines arrive in order though the server refuses connections for a while") {
  SpoolWorld w;
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
  // The ledger has every line exactly once, in order.
  uint64_t next = 1;
  for (const auto& range : w.target.ranges()) {
    CHECK(range.first == next);
    next += range.count;
  }
  CHECK(next == 101);
}

TEST_CASE("behind a quiet time a few pushes go at once, then they keep their pace") {
  SpoolWorld w;
  FakeClock clock;
  PusherOptions options;
  options.batch_wait = kHour;
  Pusher pusher(*w.spool, *w.refused, w.target, clock, w.metrics, w.quiet, options, w);
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
  SpoolWorld w;
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
    SpoolWorld w;
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
  SpoolWorld w;
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
  SpoolWorld w;
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
  SpoolWorld w;
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
  SpoolWorld w;
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
  SpoolWorld w;
  const auto pusher = w.pusher();
  const auto report = wire::decode_agent_report(w.target.wait_for_report());
  REQUIRE(report.ok());
  CHECK(report->agent == w.spool->agent_id());
  CHECK(report->lines.empty());
}

TEST_CASE(
    "refused lines are kept aside, those that the server names alone, until they are sent again") {
  SpoolWorld w;
  w.target.answer = [](int call) {
    return call == 0 ? PushOutcome::Kind::kRefused : PushOutcome::Kind::kAccepted;
  };
  w.target.refused = {{1, 2}};
  REQUIRE(append(*w.spool, {"c1", "1", {"a", "b", "c", "d"}}).ok());
  auto pusher = w.pusher();
  CHECK(w.target.wait_for(2) == std::vector<std::string>{"a", "d"});
  pusher.reset();
  CHECK(w.metrics.lines_refused.value() == 2);
  CHECK(w.metrics.lines_sent.value() == 2);
  w.refused.reset();
  w.refused = w.open_refused({});
  CHECK(w.refused->lines() == 2);
  REQUIRE(request_of_refused(w.files, "/agent", kSendAgain).ok());
  pusher = w.pusher();
  CHECK(w.target.wait_for(4) == std::vector<std::string>{"a", "d", "b", "c"});
  CHECK(w.refused->lines() == 0);
  CHECK(!w.files.exists("/agent/refused.request"));
}

TEST_CASE("refused lines are bounded: the oldest go, counted; clear removes them") {
  SpoolWorld w;
  uint64_t dropped = 0;
  RefusedLines::Options options;
  options.max_bytes = 4000;
  options.segment_bytes = 1000;
  options.on_dropped = [&](uint64_t lines) { dropped += lines; };
  w.refused = w.open_refused(options);
  const std::string block(500, 'x');
  for (int i = 0; i < 100; ++i)
    REQUIRE(w.refused->add({"one", "", kSecond, 3, "400 why", block}).ok());
  CHECK(dropped > 0);
  CHECK(w.refused->lines() + dropped == 300);
  CHECK(w.refused->lines() >= 9);
  REQUIRE(request_of_refused(w.files, "/agent", kClear).ok());
  const auto done = w.refused->obey_request(*w.spool, kSecond);
  REQUIRE(done.ok());
  CHECK(*done);
  CHECK(w.refused->lines() == 0);
  w.refused.reset();
  CHECK(w.open_refused(options)->lines() == 0);
}

TEST_CASE("a group of refused lines round-trips; cut at any byte it is refused or shorter") {
  const RefusedGroup group{"http://h", "acme", -5, 7, "400 too new", "block"};
  const std::string bytes = encode_refused_group(group);
  const auto back = decode_refused_group(bytes);
  REQUIRE(back.ok());
  CHECK((back->client == "http://h" && back->tenant == "acme" && back->refused_at == -5 &&
         back->lines == 7 && back->reason == "400 too new" && back->block == "block"));
  for (size_t n = 0; n + 5 <= bytes.size(); ++n)
    CHECK_MESSAGE(!decode_refused_group(bytes.substr(0, n)).ok(), n);
  CHECK(!decode_refused_group("\x02" + bytes.substr(1)).ok());
}

TEST_CASE("the clock's offset to the server is measured in the middle of a request") {
  ClockOffset offset;
  CHECK(!offset.value());
  offset.add(100 * kSecond, 102 * kSecond, 41 * kSecond);
  CHECK(*offset.value() == kMinute);
  offset.add(100 * kSecond, 90 * kSecond, 41 * kSecond);   // the clock was set back
  offset.add(100 * kSecond, 200 * kSecond, 41 * kSecond);  // a slow answer
  CHECK(*offset.value() == kMinute);
  for (int i = 0; i < 3; ++i) offset.add(200 * kSecond, 200 * kSecond, 200 * kSecond);
  CHECK(*offset.value() == 0);
}

TEST_CASE("reports and the metric tell the clock's offset") {
  SpoolWorld w;
  w.target.server_clock = [&] { return w.clock.now() - kHour; };
  PusherOptions options;
  options.name = "one";
  options.report_interval = 0;
  const auto pusher = w.pusher(std::move(options));
  const auto reports = w.target.wait_for_reports(3);
  const auto report = wire::decode_agent_report(reports.back());
  REQUIRE(report.ok());
  REQUIRE(report->clock_offset);
  // The value is up to half a round trip wrong; requests longer than ten seconds are ignored.
  const auto is_an_hour = [](Duration offset) {
    return offset >= kHour - 5 * kSecond && offset <= kHour + 5 * kSecond;
  };
  CHECK(is_an_hour(*report->clock_offset));
  CHECK(is_an_hour(static_cast<Duration>(w.metrics.clock_offset("one").value() * kSecond)));
  CHECK(is_an_hour(pusher->status().clock_offset.value_or(0)));
}

TEST_CASE("a server that was away is asked for, and lines go as soon as it is back") {
  SpoolWorld w;
  w.target.answer = [&](int call) {
    return call == 0 ? PushOutcome::Kind::kLater : PushOutcome::Kind::kAccepted;
  };
  // While the push waits, the first report finds nobody, the second finds the server.
  w.target.report_answer = [](int n) {
    return n == 0 ? PushOutcome::Kind::kLater : PushOutcome::Kind::kAccepted;
  };
  REQUIRE(append(*w.spool, {"c1", "1", {"a"}}).ok());
  PusherOptions options;
  options.batch_wait = 0;
  options.min_backoff = options.max_backoff = kHour;
  Pusher pusher(*w.spool, *w.refused, w.target, w.clock, w.metrics, w.quiet, options, w);
  CHECK(w.target.wait_for(1) == std::vector<std::string>{"a"});
}

TEST_CASE("no password of a URL is shown") {
  for (const char* url :
       {"http://ann:s3cret@host:3100/path", "https://s3cret@host/", "at http://a:s3cret@h, or so",
        "http://h1,http://a:s3cret@h2/x", "http://a:s3/cret@host/", "tcp://a:s@3cret@h"}) {
    const std::string shown = without_url_secrets(url);
    CHECK_MESSAGE(shown.find("s3") == std::string::npos, shown);
    CHECK_MESSAGE(shown.find("cret") == std::string::npos, shown);
  }
  CHECK(without_url_secrets("http://host:3100/a@b") == "http://host:3100/a@b");
  CHECK(without_url_secrets("http://[::1]:3100/a@b") == "http://[::1]:3100/a@b");
  CHECK(without_url_secrets("nothing @ all") == "nothing @ all");
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
