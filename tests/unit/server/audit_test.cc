#include <doctest/doctest.h>

#include <filesystem>
#include <fstream>
#include <thread>

#include "server/audit/repeats.h"
#include "server/auth/access_changes.h"
#include "server/auth/login_audit.h"
#include "server/ingest/ingest_limits.h"
#include "support/batches.h"
#include "support/memory_log_source.h"
#include "unit/server/audit_world.h"

namespace logsvc::server {
namespace {

using namespace logsvc::testing;
using nlohmann::json;
using Kinds = std::vector<std::string>;

// An open disk error: a file is where the directory should be.
std::string blocked_parent(const AuditWorld& w) { return w.dir.path() + "/blocked"; }
void block(AuditWorld& w) {
  std::ofstream(blocked_parent(w)) << "a file";
  w.options.dir = blocked_parent(w) + "/audit";
  w.open();
}
void unblock(AuditWorld& w) { std::filesystem::remove(blocked_parent(w)); }

AuditRequest page_of(uint64_t limit) {
  AuditRequest out;
  out.range = {0, INT64_MAX};
  out.limit = limit;
  return out;
}

}  // namespace

TEST_SUITE_BEGIN("server");

TEST_CASE("audit: a line is one JSON object, whatever its texts hold") {
  AuditEvent event;
  event.kind = AuditKind::kTokenCreated;
  event.user = "k\"im\n\xff";
  event.role = "admin";
  event.address = "::1";
  event.detail = {
      {"name", "회원"}, {"startMs", int64_t{-5}}, {"values", std::vector<std::string>{"a", "b\\"}}};
  const json line = json::parse(audit_line(event));
  CHECK(line["event"] == "token-created");
  CHECK(line["user"] == "k\"im\n\xEF\xBF\xBD");
  CHECK(line["outcome"] == "ok");
  CHECK(line["name"] == "회원");
  CHECK(line["startMs"] == -5);
  CHECK(line["values"] == json({"a", "b\\"}));

  event.user = std::string(10'000, 'u');
  event.detail = {{"query", std::string(2 * kMaxAuditText, 'q')},
                  {"values", std::vector<std::string>(1000, std::string(100'000, 'v'))}};
  const std::string longest = audit_line(event);
  CHECK(json::parse(longest)["user"] == std::string(256, 'u') + "…");
  CHECK(longest.size() < 3 * kMaxAuditText);
}

TEST_CASE("audit: names of events are theirs alone, and read back") {
  for (int i = 0; i <= static_cast<int>(AuditKind::kGap); ++i) {
    const auto kind = static_cast<AuditKind>(i);
    CHECK(audit_named(audit_name(kind)) == kind);
    CHECK(is_audit_stream(audit_stream(kind)));
  }
  CHECK_FALSE(audit_named("").has_value());
  CHECK_FALSE(audit_named("log").has_value());
}

TEST_CASE("audit: what was recorded outlasts a restart, in its order, even at one instant") {
  AuditWorld w;
  for (int i = 0; i < 50; ++i) w.record(AuditKind::kLogin, "kim");
  w.record(AuditKind::kLogout);
  w.open();
  w.clock.advance(kMillisecond);
  w.record(AuditKind::kFlush);
  const Kinds kinds = w.kinds();
  REQUIRE(kinds.size() == 52);
  CHECK(kinds[49] == "login");
  CHECK(kinds[50] == "logout");
  CHECK(kinds[51] == "flush");
  CHECK(w.count("logsvc_audit_events_total") == 52);
  CHECK(w.count("logsvc_audit_dropped_total") == 0);
  const json newest = w.everything()[0];
  CHECK(newest["timeMs"] == w.clock.now() / kMillisecond);
  CHECK(newest["address"] == "10.0.0.5");
  CHECK(newest["detail"] == json::object());
}

TEST_CASE("audit: record() does not wait for a reader to see it") {
  AuditWorld w;
  w.record(AuditKind::kFlush);
  while (w.entries(page_of(10)).empty()) std::this_thread::yield();
  CHECK(w.entries(page_of(10))[0]["event"] == "flush");
}

TEST_CASE(
    "audit: while the disk does not take them events wait, then are dropped, and that is told") {
  AuditWorld w({.most_waiting = 3});
  block(w);
  for (int i = 0; i < 10; ++i) w.record(AuditKind::kLogin, "user " + std::to_string(i));
  CHECK(w.count("logsvc_audit_dropped_total") == 7);
  CHECK(w.count("logsvc_audit_events_total") == 0);
  CHECK(w.count("logsvc_audit_failures_total") > 0);
  const auto closed = read_audit(*w.log->source(), page_of(10));
  REQUIRE_FALSE(closed.ok());
  CHECK(closed.error().code == ErrorCode::kUnavailable);
  CHECK(w.log->maintain().ok());

  unblock(w);
  while (w.count("logsvc_audit_events_total") < 4) std::this_thread::yield();
  CHECK(w.kinds() == Kinds{"login", "login", "login", "gap"});
  CHECK(w.everything()[0]["detail"] == json({{"events", 7}}));
  CHECK(w.everything()[1]["user"] == "user 2");
}

TEST_CASE("audit: waiting events are bounded by their bytes, too") {
  AuditWorld w({.most_waiting_bytes = 100'000});
  block(w);
  const AuditDetail large{"query", std::string(60'000, 'q')};
  w.record(AuditKind::kExport, "kim", {large});
  w.record(AuditKind::kExport, "kim", {large});
  w.record(AuditKind::kFlush);
  CHECK(w.count("logsvc_audit_dropped_total") == 1);
  unblock(w);
  while (w.count("logsvc_audit_events_total") < 3) std::this_thread::yield();
  CHECK(w.kinds() == Kinds{"export", "flush", "gap"});
}

TEST_CASE("audit: a log that never finds its disk ends all the same, and counts what it loses") {
  // The event may come before, between or while the tries fail, and the end too.
  for (int round = 0; round < 300; ++round) {
    AuditWorld w;
    block(w);
    w.record(AuditKind::kFlush);
    w.log.reset();
    REQUIRE(w.count("logsvc_audit_dropped_total") == 1);
  }
}

TEST_CASE("audit: nothing is recorded where nobody is asked who they are") {
  AuditWorld w;
  w.options.dir.clear();
  w.open();
  w.record(AuditKind::kFlush);
  CHECK_FALSE(w.log->enabled());
  CHECK(w.log->source() == nullptr);
  CHECK(w.log->maintain().ok());
  CHECK(w.log->confirm_clock().ok());
}

TEST_CASE("audit: events go when their own retention is over, and not before") {
  AuditWorld w({.retention = 10 * kDay});
  w.record(AuditKind::kLogin);
  const auto after = [&](Duration d) {
    w.open();
    for (Duration passed = 0; passed < d; passed += kHour) {
      w.clock.advance(kHour);
      REQUIRE(w.log->maintain().ok());
    }
    return w.everything().size();
  };
  CHECK(after(9 * kDay) == 1);
  w.record(AuditKind::kFlush);
  CHECK(after(3 * kDay) == 1);
  CHECK(w.kinds() == Kinds{"flush"});
}

TEST_CASE("audit: a clock that is set back is followed") {
  AuditWorld w;
  w.record(AuditKind::kLogin);
  w.clock.step(-kHour);
  w.record(AuditKind::kFlush);
  w.clock.step(-kMillisecond);
  w.record(AuditKind::kLogout);
  CHECK(w.kinds() == Kinds{"flush", "logout", "login"});
}

TEST_CASE("audit pages: filters by time, user, event and text") {
  AuditWorld w;
  w.record(AuditKind::kLogin, "kim");
  w.clock.advance(kMinute);
  w.record(AuditKind::kExport, "kimchi", {{"query", "{a=\"b\"} |= \"User_123\""}});
  w.clock.advance(kMinute);
  w.record(AuditKind::kLookup, "kim", {{"values", std::vector<std::string>{"카드", "x"}}});
  w.record(AuditKind::kLogin, "lee \"b\"");
  const Timestamp now = w.clock.now();
  w.open();
  const auto found = [&](const AuditRequest& request) {
    Kinds out;
    for (const auto& entry : w.entries(request)) {
      out.push_back(entry["event"].get<std::string>() + " " + entry["user"].get<std::string>());
    }
    return out;
  };
  AuditRequest r = page_of(100);
  r.user = "kim";
  CHECK(found(r) == Kinds{"lookup kim", "login kim"});
  r.user = "lee \"b\"";
  CHECK(found(r) == Kinds{"login lee \"b\""});
  r = page_of(100);
  r.kind = AuditKind::kLogin;
  CHECK(found(r) == Kinds{"login lee \"b\"", "login kim"});
  r.range = {0, now};
  CHECK(found(r) == Kinds{"login kim"});
  r = page_of(100);
  for (const char* text : {"user_123", "\"USER_123", "|= \"", "{a=\"b\"}"}) {
    r.text = text;
    CHECK_MESSAGE(found(r) == Kinds{"export kimchi"}, text);
  }
  for (const char* text : {"카드", "lookup"}) {
    r.text = text;
    CHECK_MESSAGE(found(r) == Kinds{"lookup kim"}, text);
  }
  r.text = "outcome";  // a name, not a value
  CHECK(found(r).empty());
}

TEST_CASE("audit pages: one after the other they give everything once, newest first") {
  // Several entries share an instant, and some lines are not events.
  MemoryLogSource source;
  std::vector<std::string> all;
  for (int i = 0; i < 40; ++i) {
    AuditEvent event;
    event.user = std::to_string(i);
    const LabelSet stream = audit_stream(i % 2 ? AuditKind::kLogin : AuditKind::kFlush);
    source.add(stream, {Timestamp{1} + i / 7, i % 5 == 4 ? "{\"event\":1}" : audit_line(event)});
  }
  AuditRequest request;
  request.range = {0, INT64_MAX};
  request.limit = 1000;
  const auto whole = read_audit(source, request);
  REQUIRE(whole.ok());
  CHECK_FALSE(whole->next.has_value());
  CHECK(json::parse("[" + whole->entries + "]").size() == 32);
  for (uint64_t limit = 1; limit < 34; ++limit) {
    std::string joined;
    request.limit = limit;
    request.before.reset();
    for (int pages = 0; pages < 40; ++pages) {
      const auto page = read_audit(source, request);
      REQUIRE(page.ok());
      if (!joined.empty() && !page->entries.empty()) joined += ',';
      joined += page->entries;
      if (!page->next) break;
      request.before = AuditCursor::parse(page->next->text());
      REQUIRE(request.before.has_value());
    }
    CHECK(joined == whole->entries);
  }
}

TEST_CASE("audit pages: a place that is none is not taken for one") {
  for (const char* text :
       {"", "-", "1", "1-", "-1", "1-2x", "1--2", "x-1", "99999999999999999999-1"}) {
    CHECK_MESSAGE(!AuditCursor::parse(text).has_value(), text);
  }
  CHECK(AuditCursor::parse("-5-1")->time == -5);
  CHECK(AuditCursor::parse("5-18446744073709551615")->passed == UINT64_MAX);
}

TEST_CASE("repeats: the same once in a while, and of too many the oldest are forgotten") {
  FakeClock clock;
  Repeats repeats(clock, kMinute);
  CHECK(repeats.is_new({"a", "b"}));
  CHECK_FALSE(repeats.is_new({"a", "b"}));
  CHECK(repeats.is_new({"ab", ""}));
  CHECK(repeats.is_new({"", "ab"}));
  clock.advance(kMinute - 1);
  CHECK_FALSE(repeats.is_new({"a", "b"}));
  clock.advance(1);
  CHECK(repeats.is_new({"a", "b"}));
  for (size_t i = 0; i < Repeats::kMostKept; ++i) CHECK(repeats.is_new({std::to_string(i)}));
  CHECK_FALSE(repeats.is_new({"1"}));
  CHECK(repeats.is_new({"a", "b"}));
}

TEST_CASE("audit of logins: every failure, but what goes on and on only once in a while") {
  AuditWorld w;
  LoginAudit logins(*w.log, w.clock);
  Principal kim;
  kim.name = "kim";
  kim.role = Role::kViewer;
  kim.address = "10.0.0.5";
  kim.how = Principal::How::kSession;
  logins.logged_in(kim);
  for (int i = 0; i < 100; ++i) logins.let_in(kim);  // by the session that was opened
  kim.how = Principal::How::kPassword;
  for (int i = 0; i < 100; ++i) logins.let_in(kim);
  kim.how = Principal::How::kToken;
  for (int i = 0; i < 100; ++i) logins.let_in(kim);
  for (int i = 0; i < 5; ++i) logins.failed("10.0.0.9", "lee", "wrong password");
  for (int i = 0; i < 100; ++i) {
    logins.throttled("2001:db8::" + std::to_string(i), "user " + std::to_string(i));
  }
  logins.logged_out(kim);
  Kinds told;
  for (const json& e : w.everything()) {
    const json& detail = e["detail"];
    told.insert(told.begin(), e["event"].get<std::string>() + " " +
                                  e["outcome"].get<std::string>() + " " +
                                  detail.value("how", detail.value("why", "")));
  }
  CHECK(told == Kinds{"login ok page", "login ok password", "login ok token",
                      "login failed wrong password", "login failed wrong password",
                      "login failed wrong password", "login failed wrong password",
                      "login failed wrong password", "login throttled too many wrong passwords",
                      "logout ok token"});
}

TEST_CASE("audit of logins: strangers cannot fill it, whatever they call themselves") {
  AuditWorld w;
  LoginAudit logins(*w.log, w.clock);
  const auto fail = [&](const std::string& address) { logins.failed(address, "x", "wrong"); };
  for (int i = 0; i < 1000; ++i) fail("10.0.0.9");
  for (int i = 0; i < 5000; ++i)
    fail("10.1." + std::to_string(i / 250) + "." + std::to_string(i % 250));
  w.clock.advance(kMinute);
  fail("10.0.0.9");
  const json all = w.everything();
  CHECK(all.size() == LoginAudit::kMostFailures + 1);
  int others = 0, of_network = 0;
  for (const json& one : all) {
    others += one["detail"].value("othersBefore", 0);
    of_network += one["address"] == "10.0.0.9";
  }
  CHECK(of_network == LoginAudit::kMostOfNetwork + 1);
  CHECK(others == 6000 - LoginAudit::kMostFailures);
}

TEST_CASE("changes of users and tokens: what was made, removed and changed, and no secrets") {
  AccessList before, after;
  before.users = {{"kim", Role::kViewer, "", "hash 1", false, 1},
                  {"lee", Role::kAdmin, "", "h", false, 1}};
  after.users = {{"new", Role::kSupport, "{a=\"b\"}", "hash 3", false, 1},
                 {"kim", Role::kOperator, "{a=\"b\"}", "hash 2", false, 1}};
  before.tokens = {{"id1", "t", Role::kPush, "", "secret", 1, 0}};
  after.tokens = {{"id2", "t", Role::kPush, "", "secret", 1, 5 * kSecond}};
  std::vector<std::string> lines;
  for (const AuditEvent& event : access_changes(before, after)) {
    json line = json::parse(audit_line(event));
    for (const char* name : {"user", "role", "address", "outcome"}) {
      if (line[name] == "" || line[name] == "ok") line.erase(name);
    }
    lines.push_back(line.dump());
  }
  CHECK(
      lines ==
      std::vector<std::string>{
          R"({"event":"user-created","grantedRole":"support","grantedScope":"{a=\"b\"}","name":"new"})",
          R"({"event":"user-changed","grantedRole":"viewer → operator","grantedScope":" → {a=\"b\"}","name":"kim","password":"changed"})",
          R"({"event":"user-removed","grantedRole":"admin","grantedScope":"","name":"lee"})",
          R"({"event":"token-created","expiresMs":5000,"grantedRole":"push","grantedScope":"","id":"id2","name":"t"})",
          R"({"event":"token-removed","grantedRole":"push","grantedScope":"","id":"id1","name":"t"})"});
  CHECK(access_changes(after, after).empty());
}

TEST_CASE("pushes cannot write to the audit log's streams, whatever else they are called") {
  const auto rejected = [](Labels labels) {
    Metrics metrics;
    Batch batch;
    add_lines(batch, LabelSet::from(std::move(labels)), {{1'800'000'000 * kSecond, "x"}});
    return enforce_limits(batch, {}, 1'800'000'000 * kSecond, metrics).rejections;
  };
  for (const Labels& labels : {Labels{{"job", "logsvc"}, {"kind", "audit"}},
                               Labels{{"kind", "audit"}, {"event", "login"}, {"job", "logsvc"}}}) {
    const std::string why = rejected(labels);
    CHECK(why.find("kind=\"audit\"") != std::string::npos);
    CHECK(why.find("audit log") != std::string::npos);
  }
  CHECK(rejected({{"job", "logsvc"}}).empty());
  CHECK(rejected({{"kind", "audit"}, {"job", "app"}}).empty());
  CHECK(rejected({{"job", "logsvc"}, {"kind", "Audit"}}).empty());
}

}  // namespace logsvc::server
