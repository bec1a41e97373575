#include <doctest/doctest.h>

#include "http/decode_cost.h"
#include "server/auth/authenticator.h"
#include "server/auth/gate.h"
#include "support/fake_clock.h"
#include "support/mem_file_system.h"

namespace logsvc::server {
namespace {

using namespace logsvc::testing;
using Verdict = Authenticator::Verdict;

http::Request request_from(const std::string& peer, const std::string& authorization = "") {
  http::Request out;
  out.method = "GET";
  out.peer = peer;
  if (!authorization.empty()) out.headers.add("Authorization", authorization);
  return out;
}

http::Request request_with(std::initializer_list<std::pair<const char*, const char*>> headers) {
  http::Request out;
  for (const auto& [name, value] : headers) out.headers.add(name, value);
  return out;
}

const char* const kSessions = "/data/admin-sessions";
const char* const kWrong = "Basic YWRtaW46d3Jvbmc=";  // admin:wrong
const char* const kRight = "Basic YWRtaW46cmlnaHQ=";  // admin:right

struct World {
  MemFileSystem files;
  FakeClock clock;
  std::string said;
  Diagnostics diagnostics{clock, LogLevel::kInfo, LogFormat::kLogfmt,
                          [this](std::string_view line) { said += line; }};
  std::unique_ptr<Authenticator> kept = begin("right");
  Authenticator& auth = *kept;

  // As a server that starts over the same data.
  std::unique_ptr<Authenticator> begin(const std::string& password) {
    auto opened = PasswordStore::open(files, "/data/admin-password", password);
    auto sessions =
        std::make_unique<SessionStore>(files, kSessions, opened->store->hash(), clock, diagnostics);
    return std::make_unique<Authenticator>(std::move(opened->store), std::move(sessions), clock);
  }
};

http::Request with_cookie(const std::string& cookie) {
  http::Request out = request_from("10.0.0.1");
  out.headers.add("Cookie", cookie.substr(0, cookie.find(';')));
  return out;
}

}  // namespace

TEST_SUITE_BEGIN("server");

TEST_CASE("passwords: kept as a hash, sessions and basic authentication let in") {
  World w;
  MemFileSystem files;
  FakeClock& clock = w.clock;
  auto opened = PasswordStore::open(files, "/data/admin-password", "");
  REQUIRE(opened.ok());
  const std::string password = opened->generated;
  CHECK(password.size() == 20);
  CHECK(files.bytes("/data/admin-password").find("$argon2id$") == 0);
  CHECK(PasswordStore::open(files, "/data/admin-password", "")->generated.empty());
  auto sessions =
      std::make_unique<SessionStore>(files, kSessions, opened->store->hash(), clock, w.diagnostics);
  Authenticator auth(std::move(opened->store), std::move(sessions), clock);
  http::Request request = request_from("10.0.0.1");
  CHECK(auth.check(request) == Verdict::kUnknown);
  const std::string cookie = auth.log_in(request, password).cookie;
  CHECK(cookie.find("HttpOnly; SameSite=Strict") != std::string::npos);
  request.headers.add("Cookie", "x=y; " + cookie.substr(0, cookie.find(';')));
  CHECK(auth.check(request) == Verdict::kAllowed);
  clock.advance(31 * kDay);
  CHECK(auth.check(request) == Verdict::kUnknown);
}

TEST_CASE("guesses shut out the address that makes them, and nobody else") {
  World w;
  for (int i = 0; i < LoginThrottle::kMostOfUser; ++i) {
    CHECK(w.auth.check(request_from("10.0.0.1", kWrong)) == Verdict::kWrong);
  }
  CHECK(w.auth.check(request_from("10.0.0.1", kWrong)) == Verdict::kLimited);
  CHECK(w.auth.log_in(request_from("10.0.0.2"), "right").verdict == Verdict::kAllowed);
  // Known to be right by now: it passes from anywhere.
  CHECK(w.auth.check(request_from("10.0.0.1", kRight)) == Verdict::kAllowed);
  w.clock.advance(kMinute + kSecond);
  CHECK(w.auth.check(request_from("10.0.0.1", kWrong)) == Verdict::kWrong);
}

TEST_CASE("an address cannot go round its limit by other users, or by others of its network") {
  FakeClock clock;
  LoginThrottle throttle(clock);
  for (int i = 0; i < LoginThrottle::kMostOfAddress; ++i) {
    CHECK(throttle.begin("2001:db8::1", "user" + std::to_string(i)));
  }
  CHECK_FALSE(throttle.begin("2001:db8::ffff", "another"));
  CHECK(throttle.begin("2001:db8:0:1::1", "another"));
  throttle.succeed("2001:db8::2", "user1");
  CHECK(throttle.begin("2001:db8::1", "another"));
  for (size_t i = 0; i < LoginThrottle::kMostKeys; ++i) {
    CHECK(throttle.begin("10.0." + std::to_string(i / 250) + "." + std::to_string(i % 250), "u"));
  }
}

TEST_CASE("of too many sessions the oldest ends") {
  World w;
  const auto log_in = [&] {
    w.clock.advance(kSecond);
    const std::string cookie = w.auth.log_in(request_from("10.0.0.1"), "right").cookie;
    http::Request out = request_from("10.0.0.1");
    out.headers.add("Cookie", cookie.substr(0, cookie.find(';')));
    return out;
  };
  const http::Request first = log_in(), second = log_in();
  for (int i = 0; i < 999; ++i) log_in();
  CHECK(w.auth.check(first) == Verdict::kUnknown);
  CHECK(w.auth.check(second) == Verdict::kAllowed);
}

TEST_CASE("sessions outlast a restart, and end as before") {
  World w;
  const std::string cookie = w.auth.log_in(request_from("10.0.0.1"), "right").cookie;
  const http::Request mine = with_cookie(cookie);
  const std::string token = cookie.substr(cookie.find('=') + 1, 64);
  CHECK(w.files.bytes(kSessions).find(token) == std::string::npos);
  w.clock.advance(20 * kDay);
  CHECK(w.begin("right")->check(mine) == Verdict::kAllowed);
  const auto later = w.begin("right");
  w.clock.advance(11 * kDay);
  CHECK(later->check(mine) == Verdict::kUnknown);
  CHECK(w.begin("right")->check(mine) == Verdict::kUnknown);
}

TEST_CASE("sessions: logging out and another password end them on disk, too") {
  World w;
  const http::Request one = with_cookie(w.auth.log_in(request_from("10.0.0.1"), "right").cookie);
  const http::Request two = with_cookie(w.auth.log_in(request_from("10.0.0.1"), "right").cookie);
  w.auth.log_out(one);
  CHECK(w.begin("right")->check(one) == Verdict::kUnknown);
  CHECK(w.begin("right")->check(two) == Verdict::kAllowed);
  CHECK(w.begin("other")->check(two) == Verdict::kUnknown);
}

TEST_CASE("sessions: a clock that is set back makes none longer than a new one") {
  World w;
  const http::Request mine = with_cookie(w.auth.log_in(request_from("10.0.0.1"), "right").cookie);
  w.clock.step(-1000 * kDay);
  const auto again = w.begin("right");
  CHECK(again->check(mine) == Verdict::kAllowed);
  w.clock.advance(31 * kDay);
  CHECK(again->check(mine) == Verdict::kUnknown);
}

TEST_CASE("sessions: a list that is cut or damaged lets nobody in by it and stops nothing") {
  World w;
  const http::Request mine = with_cookie(w.auth.log_in(request_from("10.0.0.1"), "right").cookie);
  const std::string text = w.files.bytes(kSessions);
  for (size_t cut = 0; cut < text.size() - 20; ++cut) {
    w.files.set_bytes(kSessions, text.substr(0, cut));
    SessionStore store(w.files, kSessions, "x", w.clock, w.diagnostics);
    CHECK_FALSE(store.is_valid("x"));
  }
  w.files.set_bytes(kSessions, text + "x y\n");
  CHECK(w.begin("right")->check(mine) == Verdict::kUnknown);
  CHECK(w.said.find("everyone has to log in again") != std::string::npos);
}

TEST_CASE("whose address counts: the peer's, or what a proxy on this machine says last") {
  http::Request request = request_from("127.0.0.1");
  CHECK(client_address(request) == "127.0.0.1");
  request.headers.add("X-Forwarded-For", "10.9.9.9, 10.0.0.7");
  CHECK(client_address(request) == "10.0.0.7");
  request.peer = "10.0.0.1";
  CHECK(client_address(request) == "10.0.0.1");
}

TEST_CASE("the same origin: browsers say where they come from, tools say nothing") {
  CHECK(same_origin(request_with({{"Host", "logs:3004"}})));
  CHECK(same_origin(request_with({{"Host", "logs:3004"}, {"Origin", "http://logs:3004"}})));
  CHECK(same_origin(request_with({{"Host", "LOGS"}, {"Origin", "https://logs:443"}})));
  CHECK(same_origin(request_with({{"Host", "logs:443"}, {"Origin", "https://logs"}})));
  CHECK(same_origin(request_with({{"Host", "127.0.0.1:3004"},
                                  {"X-Forwarded-Host", "logs.example"},
                                  {"Origin", "https://logs.example"}})));
  CHECK(same_origin(request_with({{"Host", "a"}, {"Sec-Fetch-Site", "same-origin"}})));
  CHECK(same_origin(request_with({{"Host", "a"}, {"Sec-Fetch-Site", "none"}})));
  CHECK_FALSE(same_origin(request_with({{"Host", "logs:3004"}, {"Origin", "http://logs:3005"}})));
  CHECK_FALSE(same_origin(request_with({{"Host", "logs"}, {"Origin", "http://evil.example"}})));
  CHECK_FALSE(same_origin(request_with({{"Host", "logs"}, {"Origin", "null"}})));
  CHECK_FALSE(same_origin(request_with({{"Host", "logs"}, {"Origin", ""}})));
  CHECK_FALSE(
      same_origin(request_with({{"Host", "logs"}, {"Origin", "http://logs.evil.example"}})));
  CHECK_FALSE(same_origin(request_with({{"Host", "a"}, {"Sec-Fetch-Site", "cross-site"}})));
  CHECK_FALSE(same_origin(request_with({{"Host", "a"}, {"Sec-Fetch-Site", "same-site"}})));
  CHECK_FALSE(same_origin(request_with({{"Host", "a"}, {"Referer", "http://evil.example/x"}})));
}

TEST_CASE("while nobody is asked for a password, Host must be ours") {
  const Gate loopback({true, true, {"127.0.0.1", "localhost"}, {"logs.example"}});
  for (const char* ours : {"localhost", "LOCALHOST:3100", "127.0.0.1:3100", "127.1.2.3", "[::1]:1",
                           "logs.example:3004", "logs.example."}) {
    CHECK_MESSAGE(loopback.is_ours(ours), ours);
  }
  for (const char* others : {"evil.example", "evil", "localhost.evil.example",
                             "127.0.0.1.evil.example", "192.0.2.1", "x.logs.example", "1.2.3"}) {
    CHECK_MESSAGE(!loopback.is_ours(others), others);
  }
  const Gate everywhere({true, false, {"0.0.0.0"}, {}});
  CHECK(everywhere.is_ours("192.0.2.1:3100"));  // an address that is mapped to ours
  CHECK(everywhere.is_ours("logsvc:3100"));     // a container's name
  CHECK_FALSE(everywhere.is_ours("evil.example"));
  CHECK(Gate({true, false, {}, {"*"}}).is_ours("any.example"));
}

TEST_CASE("the gate: Host, forwarded requests and Origin, each where it matters") {
  const Gate off({true, true, {"127.0.0.1"}, {}});
  const Gate set_off({true, false, {"127.0.0.1"}, {}});
  const Gate password({false, false, {"0.0.0.0"}, {}});
  const auto evil_host = request_with({{"Host", "evil.example"}});
  CHECK(off.check(evil_host, Access::kReader, false).error().code == ErrorCode::kPermission);
  CHECK(off.check(evil_host, Access::kOpen, true).ok());  // no browser: an agent that pushes
  const auto own_page = request_with({{"Host", "evil.example"}, {"Origin", "http://evil.example"}});
  CHECK_FALSE(off.check(own_page, Access::kOpen, true).ok());
  CHECK(password.check(evil_host, Access::kReader, false).ok());
  const auto foreign = request_with({{"Host", "127.0.0.1"}, {"Origin", "http://evil.example"}});
  for (const Gate* gate : {&off, &set_off, &password}) {
    CHECK_FALSE(gate->check(foreign, Access::kOpen, true).ok());
    CHECK(gate->check(foreign, Access::kReader, false).ok());  // a browser hides the answer
  }
  const auto forwarded = request_with({{"Host", "127.0.0.1"}, {"X-Forwarded-For", "10.0.0.1"}});
  CHECK_FALSE(off.check(forwarded, Access::kReader, false).ok());
  CHECK(off.check(forwarded, Access::kOpen, false).ok());
  CHECK(set_off.check(forwarded, Access::kReader, false).ok());
  const auto from_here =
      request_with({{"Host", "127.0.0.1"}, {"X-Forwarded-For", "127.0.0.1, ::1"}});
  CHECK(off.check(from_here, Access::kReader, false).ok());
  CHECK_FALSE(off.check(request_with({{"Host", "localhost"}, {"Forwarded", "for=10.0.0.1"}}),
                        Access::kReader, false)
                  .ok());
}

TEST_CASE("what decoding takes is known before: many values in few bytes are refused") {
  http::MemoryLease memory;
  CHECK(charge_json(memory, R"({"streams":[{"stream":{"a":"b"},"values":[["1","x"]]}]})").ok());
  CHECK(charge_json(memory, std::string(100 << 20, 'x')).ok());
  std::string bomb;
  for (int i = 0; i < 3'000'000; ++i) bomb += "[\"1\",\"\"],";
  CHECK(charge_json(memory, bomb).error().code == ErrorCode::kTooLarge);
  const auto budget = std::make_shared<http::MemoryBudget>(1 << 20);
  http::MemoryLease small(budget);
  CHECK(charge_protobuf(small, 600'000).error().code == ErrorCode::kUnavailable);
  CHECK(http::snappy_length(std::string("\xfe\xff\x7f\x00", 4)) == 2097150);
  CHECK(http::snappy_length("\xff\xff\xff\xff\xff\xff") == 0);
}

TEST_SUITE_END();

}  // namespace logsvc::server
