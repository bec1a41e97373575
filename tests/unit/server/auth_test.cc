#include <doctest/doctest.h>

#include "http/decode_cost.h"
#include "server/auth/authenticator.h"
#include "server/auth/gate.h"
#include "support/fake_clock.h"
#include "support/mem_file_system.h"
#include "support/temp_dir.h"

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

const char* const kWrong = "Basic YWRtaW46d3Jvbmc=";            // admin:wrong
const char* const kRight = "Basic YWRtaW46cmlnaHQtMTIz";        // admin:right-123
const char* const kUnknown = "Basic bm9ib2R5OnJpZ2h0LTEyMw==";  // nobody:right-123
const char* const kPassword = "right-123";

struct World {
  TempDir dir;
  PosixFileSystem files;
  FakeClock clock;
  std::string said;
  Diagnostics diagnostics{clock, LogLevel::kInfo, LogFormat::kLogfmt,
                          [this](std::string_view line) { said += line; }};
  std::unique_ptr<Authenticator> kept = begin(kPassword);
  Authenticator& auth = *kept;

  // As a server that starts over the same data.
  std::unique_ptr<Authenticator> begin(const std::string& password, SessionRules rules = {}) {
    auto opened = AccessBook::open(files, dir.path(), {password, true}, clock, diagnostics);
    if (!opened.ok()) FAIL(opened.error().message);
    auto sessions =
        std::make_unique<SessionStore>(files, sessions_path(), rules, clock, diagnostics);
    auto trusted = parse_cidrs("127.0.0.0/8,::1");
    return std::make_unique<Authenticator>(false, std::move(opened->book), std::move(sessions),
                                           ClientOrigin(std::move(*trusted)), clock);
  }
  std::string sessions_path() const { return dir.path() + "/sessions.json"; }
  std::string bytes(const std::string& name) {
    auto read = files.read_all(dir.path() + "/" + name);
    return read.ok() ? *read : "";
  }
  // Returns a request with the cookie of a new login.
  http::Request log_in(Authenticator& with, const std::string& user = "admin") {
    http::Request from = request_from("10.0.0.1");
    return with_cookie(with.open_session(from, *with.subject_of(user)));
  }
  static http::Request with_cookie(const std::string& cookie) {
    http::Request out = request_from("10.0.0.1");
    out.headers.add("Cookie", cookie.substr(0, cookie.find(';')));
    return out;
  }
};

Verdict verdict(Authenticator& auth, const http::Request& request) {
  return auth.check(request).verdict;
}

}  // namespace

TEST_SUITE_BEGIN("server");

TEST_CASE("passwords: kept as a hash, sessions and basic authentication let in") {
  World w;
  CHECK(w.bytes("access.json").find("$argon2id$") != std::string::npos);
  CHECK(w.bytes("access.json").find(kPassword) == std::string::npos);
  CHECK(verdict(w.auth, request_from("10.0.0.1")) == Verdict::kUnknown);
  const auto checked = w.auth.check(request_from("10.0.0.1", kRight));
  CHECK(checked.verdict == Verdict::kAllowed);
  CHECK(checked.principal.name == "admin");
  CHECK(checked.principal.role == Role::kAdmin);
  const std::string cookie =
      w.auth.open_session(request_from("10.0.0.1"), *w.auth.subject_of("admin"));
  CHECK(cookie.find("logsvc_session=") == 0);
  CHECK(cookie.find("HttpOnly; SameSite=Strict") != std::string::npos);
  http::Request request = request_from("10.0.0.1");
  request.headers.add("Cookie", "x=y; " + cookie.substr(0, cookie.find(';')));
  CHECK(verdict(w.auth, request) == Verdict::kAllowed);
}

TEST_CASE("sessions: they end after their length, and sooner when they are idle") {
  World w;
  const auto auth = w.begin(kPassword, {10 * kDay, 12 * kHour});
  const http::Request busy = w.log_in(*auth), idle = w.log_in(*auth);
  for (int half_days = 0; half_days < 19; ++half_days) {
    w.clock.advance(11 * kHour);
    CHECK(verdict(*auth, busy) == Verdict::kAllowed);
  }
  CHECK(verdict(*auth, idle) == Verdict::kUnknown);
  w.clock.advance(40 * kHour);
  CHECK(verdict(*auth, busy) == Verdict::kUnknown);
}

TEST_CASE("behind a proxy that says https the cookie is bound to https and to this host") {
  World w;
  http::Request request = request_from("127.0.0.1");
  request.headers.add("X-Forwarded-Proto", "https");
  const std::string cookie = w.auth.open_session(request, *w.auth.subject_of("admin"));
  CHECK(cookie.find("__Host-logsvc_session=") == 0);
  CHECK(cookie.find("; Secure") != std::string::npos);
  const std::string pair = cookie.substr(0, cookie.find(';'));
  request.headers.add("Cookie", pair);
  CHECK(verdict(w.auth, request) == Verdict::kAllowed);
  // A cookie that plain http could have set does not count there.
  http::Request forced = request_from("127.0.0.1");
  forced.headers.add("X-Forwarded-Proto", "https");
  forced.headers.add("Cookie", pair.substr(pair.find('_', 7) + 1));
  CHECK(verdict(w.auth, forced) == Verdict::kUnknown);
  // Whoever is no trusted proxy cannot say it.
  http::Request stranger = request_from("10.0.0.9");
  stranger.headers.add("X-Forwarded-Proto", "https");
  CHECK(w.auth.open_session(stranger, *w.auth.subject_of("admin")).find("Secure") ==
        std::string::npos);
}

TEST_CASE("logging in ends the session that the browser had") {
  World w;
  const http::Request planted = w.log_in(w.auth);
  const http::Request& own = planted;
  const std::string cookie = w.auth.open_session(own, *w.auth.subject_of("admin"));
  CHECK(verdict(w.auth, planted) == Verdict::kUnknown);
  CHECK(verdict(w.auth, World::with_cookie(cookie)) == Verdict::kAllowed);
}

TEST_CASE("guesses shut out the address that makes them, and nobody else") {
  World w;
  for (int i = 0; i < LoginThrottle::kMostOfUser; ++i) {
    CHECK(verdict(w.auth, request_from("10.0.0.1", kWrong)) == Verdict::kWrong);
  }
  CHECK(verdict(w.auth, request_from("10.0.0.1", kWrong)) == Verdict::kLimited);
  const http::Request known = w.log_in(w.auth);
  CHECK(w.auth.check_password(request_from("10.0.0.2"), "admin", kPassword).verdict ==
        Verdict::kAllowed);
  // Known to be right by now: it passes from anywhere, and so does a session.
  CHECK(verdict(w.auth, request_from("10.0.0.1", kRight)) == Verdict::kAllowed);
  CHECK(verdict(w.auth, known) == Verdict::kAllowed);
  w.clock.advance(kMinute + kSecond);
  CHECK(verdict(w.auth, request_from("10.0.0.1", kWrong)) == Verdict::kWrong);
  CHECK(verdict(w.auth, request_from("10.0.0.1", kUnknown)) == Verdict::kWrong);
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

TEST_CASE("of too many sessions the one that was used longest ago ends") {
  World w;
  MemFileSystem files;
  SessionStore store(files, "/sessions", {}, w.clock, w.diagnostics);
  const auto log_in = [&] {
    w.clock.advance(kMillisecond);
    return store.open({"admin", Role::kAdmin, "stamp"}, "10.0.0.1", "a browser");
  };
  const std::string first = log_in(), second = log_in();
  for (size_t i = 2; i < SessionStore::kMaxSessions; ++i) log_in();
  w.clock.advance(kMillisecond);
  CHECK(store.find(first));
  log_in();
  CHECK(store.find(first));
  CHECK_FALSE(store.find(second));
  CHECK(store.list("admin").size() == SessionStore::kMaxSessions);
}

TEST_CASE("sessions outlast a restart, and end as before") {
  World w;
  const SessionRules rules{30 * kDay, 30 * kDay};
  auto auth = w.begin(kPassword, rules);
  const std::string cookie =
      auth->open_session(request_from("10.0.0.1"), *auth->subject_of("admin"));
  const http::Request mine = World::with_cookie(cookie);
  const std::string token = cookie.substr(cookie.find('=') + 1, 64);
  CHECK(w.bytes("sessions.json").find(token) == std::string::npos);
  w.clock.advance(20 * kDay);
  auth = w.begin(kPassword, rules);
  CHECK(verdict(*auth, mine) == Verdict::kAllowed);
  w.clock.advance(11 * kDay);
  CHECK(verdict(*auth, mine) == Verdict::kUnknown);
  auth = w.begin(kPassword, rules);
  CHECK(verdict(*auth, mine) == Verdict::kUnknown);
}

TEST_CASE("sessions: logging out and another password end them on disk, too") {
  World w;
  const http::Request one = w.log_in(w.auth), two = w.log_in(w.auth);
  w.auth.log_out(one);
  CHECK(verdict(*w.begin(kPassword), one) == Verdict::kUnknown);
  CHECK(verdict(*w.begin(kPassword), two) == Verdict::kAllowed);
  CHECK(verdict(*w.begin("another-1"), two) == Verdict::kUnknown);
}

TEST_CASE("sessions: a clock that is set back makes none longer than a new one") {
  World w;
  const SessionRules rules{30 * kDay, 30 * kDay};
  const http::Request mine = w.log_in(*w.begin(kPassword, rules));
  w.clock.step(-1000 * kDay);
  const auto again = w.begin(kPassword, rules);
  CHECK(verdict(*again, mine) == Verdict::kAllowed);
  w.clock.advance(31 * kDay);
  CHECK(verdict(*again, mine) == Verdict::kUnknown);
}

TEST_CASE("sessions: a list that is cut or damaged lets nobody in by it and stops nothing") {
  World w;
  const http::Request mine = w.log_in(w.auth);
  const std::string text = w.bytes("sessions.json");
  MemFileSystem files;
  for (size_t cut = 0; cut + 1 < text.size(); ++cut) {
    files.set_bytes("/sessions", text.substr(0, cut));
    SessionStore store(files, "/sessions", {}, w.clock, w.diagnostics);
    CHECK(store.list("").empty());
  }
  CHECK(w.said.find("everyone has to log in again") != std::string::npos);
  files.set_bytes("/sessions", R"({"version":2,"sessions":[{"hash":1}]})");
  CHECK(SessionStore(files, "/sessions", {}, w.clock, w.diagnostics).list("").empty());
}

TEST_CASE("whose address counts: the peer's, or what trusted proxies say") {
  const ClientOrigin origin(*parse_cidrs("127.0.0.0/8,192.168.0.0/16"));
  http::Request request = request_from("127.0.0.1");
  CHECK(origin.address(request) == "127.0.0.1");
  request.headers.add("X-Forwarded-For", "10.9.9.9, 10.0.0.7, 192.168.3.4");
  CHECK(origin.address(request) == "10.0.0.7");
  request.peer = "10.0.0.1";
  CHECK(origin.address(request) == "10.0.0.1");
  request.peer = "192.168.1.1";
  request.headers.set("X-Forwarded-For", "10.0.0.7, <script>");
  CHECK(origin.address(request) == "192.168.1.1");
}

TEST_CASE("who speaks https: to us, or as a trusted proxy says") {
  const ClientOrigin origin(*parse_cidrs("127.0.0.0/8"));
  http::Request request = request_from("10.0.0.7");
  CHECK_FALSE(origin.secure(request));
  request.secure = true;
  CHECK(origin.secure(request));
  // What only a proxy may say changes nothing.
  request.headers.add("X-Forwarded-Proto", "http");
  CHECK(origin.secure(request));
  // A proxy may speak https to us for a client that does not.
  request.peer = "127.0.0.1";
  CHECK_FALSE(origin.secure(request));
  request.headers.set("X-Forwarded-Proto", "https");
  request.secure = false;
  CHECK(origin.secure(request));
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
  CHECK(off.check(evil_host, Access::kRead, false).error().code == ErrorCode::kPermission);
  CHECK(off.check(evil_host, Access::kOpen, true).ok());  // no browser: an agent that pushes
  const auto own_page = request_with({{"Host", "evil.example"}, {"Origin", "http://evil.example"}});
  CHECK_FALSE(off.check(own_page, Access::kOpen, true).ok());
  CHECK(password.check(evil_host, Access::kRead, false).ok());
  const auto foreign = request_with({{"Host", "127.0.0.1"}, {"Origin", "http://evil.example"}});
  for (const Gate* gate : {&off, &set_off, &password}) {
    CHECK_FALSE(gate->check(foreign, Access::kOpen, true).ok());
    CHECK(gate->check(foreign, Access::kRead, false).ok());  // a browser hides the answer
  }
  const auto forwarded = request_with({{"Host", "127.0.0.1"}, {"X-Forwarded-For", "10.0.0.1"}});
  CHECK_FALSE(off.check(forwarded, Access::kRead, false).ok());
  CHECK(off.check(forwarded, Access::kOpen, false).ok());
  CHECK(set_off.check(forwarded, Access::kRead, false).ok());
  const auto from_here =
      request_with({{"Host", "127.0.0.1"}, {"X-Forwarded-For", "127.0.0.1, ::1"}});
  CHECK(off.check(from_here, Access::kRead, false).ok());
  CHECK_FALSE(off.check(request_with({{"Host", "localhost"}, {"Forwarded", "for=10.0.0.1"}}),
                        Access::kRead, false)
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
