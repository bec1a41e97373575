// Who reads the audit log, and what is noted of those whose lines are masked.
#include <doctest/doctest.h>

#include <algorithm>
#include <set>

#include "logql/engine.h"
#include "server/access/audited_source.h"
#include "server/access/lookup_audit.h"
#include "server/access/view.h"
#include "support/batches.h"
#include "support/memory_log_source.h"
#include "unit/server/audit_world.h"

namespace logsvc::server {
namespace {

using namespace logsvc::testing;
using nlohmann::json;
using Texts = std::vector<std::string>;

const LabelSet kApp = LabelSet::from({{"job", "app"}});
const LabelSet kAppAudit = LabelSet::from({{"job", "app"}, {"kind", "audit"}});
const LabelSet kForged = LabelSet::from({{"job", "logsvc"}, {"kind", "audit"}});
const LabelSet kLogin = audit_stream(AuditKind::kLogin);

Matcher matcher(MatchType type, const char* name, const char* value) {
  return *Matcher::make(type, name, value);
}
const Matcher kAsks = matcher(MatchType::kEqual, "kind", "audit");

Texts lines_of(const LogSource& source, std::vector<Matcher> matchers,
               Direction direction = Direction::kForward) {
  SelectQuery query;
  query.matchers = std::move(matchers);
  query.direction = direction;
  query.range = {0, INT64_MAX};
  const auto found = source.select(query);
  REQUIRE(found.ok());
  Texts out;
  for (const StoredLine& line : drain(**found)) out.push_back(line.line.text);
  CHECK((*found)->status().ok());
  CHECK((*found)->stats().lines_processed == out.size());
  return out;
}

// Tells of labels and totals, too, each from its streams.
class WholeSource : public MemoryLogSource {
 public:
  Result<Texts> label_names(TimeRange range, const std::vector<Matcher>& m) const override {
    std::set<std::string> out;
    const auto sets = series(range, {m});
    for (const LabelSet& set : *sets) {
      for (const Label& label : set.labels()) out.insert(label.name);
    }
    return Texts(out.begin(), out.end());
  }
  Result<Texts> label_values(const std::string& name, TimeRange range,
                             const std::vector<Matcher>& m) const override {
    std::set<std::string> out;
    const auto sets = series(range, {m});
    for (const LabelSet& set : *sets) {
      if (set.has(name)) out.emplace(set.get(name));
    }
    return Texts(out.begin(), out.end());
  }
  Result<std::vector<StreamTotals>> totals(TimeRange range,
                                           const std::vector<Matcher>& m) const override {
    std::vector<StreamTotals> out;
    const auto sets = series(range, {m});
    for (const LabelSet& set : *sets) out.push_back({set, 1, 1, 1});
    return out;
  }
  Result<std::vector<StreamVolume>> volumes(const std::vector<TimeRange>& buckets,
                                            const std::vector<Matcher>& m) const override {
    std::vector<StreamVolume> out;
    const auto sets = series(buckets[0], {m});
    for (const LabelSet& set : *sets) out.push_back({set, {1}});
    return out;
  }
};

struct Sources {
  Sources() {
    lines->add(kApp, {1, "app 1"});
    lines->add(kAppAudit, {3, "app audit 3"});
    lines->add(kForged, {4, "forged 4"});
    lines->add(kApp, {6, "app 6"});
    audit->add(kLogin, {2, "login 2"});
    audit->add(kLogin, {3, "login 3"});
    audit->add(kLogin, {5, "login 5"});
  }
  std::shared_ptr<WholeSource> lines = std::make_shared<WholeSource>();
  std::shared_ptr<WholeSource> audit = std::make_shared<WholeSource>();
};

class Broken : public MemoryLogSource {
 public:
  Result<std::unique_ptr<EntryIterator>> select(const SelectQuery&) const override {
    return Error{ErrorCode::kUnavailable, "closed"};
  }
};

Principal principal_of(Role role, bool scoped = false) {
  Principal out;
  out.how = Principal::How::kSession;
  out.role = role;
  out.name = "kim";
  out.address = "10.0.0.5";
  if (scoped) out.scoped_to = {matcher(MatchType::kRegex, "job", ".*")};
  return out;
}

http::Request get(std::string path, std::string query) {
  http::Request out;
  out.method = "GET";
  out.path = std::move(path);
  out.target = out.path + "?" + std::move(query);
  return out;
}

}  // namespace

TEST_SUITE_BEGIN("server");

TEST_CASE("the audit log is found by kind=\"audit\" alone, in the order of time") {
  const Sources s;
  const AuditedSource source(s.lines, s.audit);
  const bool app_first = kAppAudit.hash() < kLogin.hash();
  Texts expected = {"login 2", "app audit 3", "login 3", "login 5"};
  if (!app_first) std::swap(expected[1], expected[2]);
  CHECK(lines_of(source, {kAsks}) == expected);
  Texts backward = {"login 5", "app audit 3", "login 3", "login 2"};
  if (!app_first) std::swap(backward[1], backward[2]);
  CHECK(lines_of(source, {kAsks}, Direction::kBackward) == backward);
  CHECK(lines_of(source, {matcher(MatchType::kEqual, "event", "login"), kAsks}) ==
        Texts{"login 2", "login 3", "login 5"});
  // Neither other ways to say it nor anything else finds it.
  const Texts own = {"app 1", "app audit 3", "forged 4", "app 6"};
  CHECK(lines_of(source, {}) == own);
  CHECK(lines_of(source, {matcher(MatchType::kRegex, "job", ".+")}) == own);
  CHECK(lines_of(source, {matcher(MatchType::kRegex, "kind", "audit")}) ==
        Texts{"app audit 3", "forged 4"});
  CHECK(lines_of(source, {matcher(MatchType::kEqual, "service_name", "logsvc")}).empty());
}

TEST_CASE("with the audit log: streams, labels and totals of both, once each") {
  const Sources s;
  const AuditedSource source(s.lines, s.audit);
  const TimeRange range{0, INT64_MAX};
  const auto sorted = [](std::vector<LabelSet> sets) {
    std::sort(sets.begin(), sets.end());
    return sets;
  };
  CHECK(sorted(*source.series(range, {{kAsks}})) == sorted({kAppAudit, kLogin}));
  CHECK(sorted(*source.series(range, {{kAsks}, {matcher(MatchType::kEqual, "job", "app")}})) ==
        sorted({kAppAudit, kLogin, kApp}));
  CHECK(sorted(*source.series(range, {})) == sorted({kApp, kAppAudit, kForged}));
  CHECK(*source.label_names(range, {kAsks}) == Texts{"event", "job", "kind", "service_name"});
  CHECK(*source.label_names(range, {}) == Texts{"job", "kind"});
  CHECK(*source.label_values("job", range, {kAsks}) == Texts{"app", "logsvc"});
  CHECK(*source.label_values("event", range, {}) == Texts{});
  CHECK(source.totals(range, {kAsks})->size() == 2);
  CHECK(source.volumes({range}, {kAsks})->size() == 2);
  CHECK(source.totals(range, {})->size() == 3);
}

TEST_CASE("with the audit log: numbers over it are those of its lines") {
  const Sources s;
  const AuditedSource source(s.lines, s.audit);
  const logql::Engine engine(source, {});
  const auto counted = [&](const char* query) {
    logql::InstantRequest request;
    request.query = query;
    request.time = kSecond;
    const auto result = engine.instant(request);
    REQUIRE(result.ok());
    const auto& vector = std::get<logql::VectorResult>(result->data);
    return vector.series.empty() ? 0.0 : vector.series[0].samples[0].value;
  };
  CHECK(counted("sum(count_over_time({kind=\"audit\"}[1h]))") == 4);
  CHECK(counted("sum(count_over_time({kind=~\"audit\"}[1h]))") == 2);
  CHECK(counted("sum(count_over_time({job=~\".+\"}[1h]))") == 4);
}

TEST_CASE("with the audit log: when it cannot be read, only who asks for it is told") {
  const Sources s;
  const AuditedSource source(s.lines, std::make_shared<Broken>());
  SelectQuery query;
  query.range = {0, INT64_MAX};
  CHECK(source.select(query).ok());
  query.matchers = {kAsks};
  const auto broken = source.select(query);
  REQUIRE_FALSE(broken.ok());
  CHECK(broken.error().code == ErrorCode::kUnavailable);
}

TEST_CASE("views: the audit log is for admins who may see every line") {
  const Sources s;
  const Views views(*s.lines, {}, nullptr, s.audit);
  logql::EngineLimits others;
  others.max_entries = 7;
  for (const Role role :
       {Role::kNobody, Role::kPush, Role::kSupport, Role::kViewer, Role::kOperator, Role::kAdmin}) {
    for (const bool scoped : {false, true}) {
      const Principal principal = principal_of(role, scoped);
      const bool sees = role == Role::kAdmin && !scoped;
      for (const auto& view : {views.of(principal), views.of(principal, others)}) {
        const Texts found = lines_of(view->source(), {kAsks});
        const bool saw = std::find(found.begin(), found.end(), "login 2") != found.end();
        CHECK(saw == sees);
      }
    }
  }
  const Views without(*s.lines, {});
  CHECK(lines_of(without.of(principal_of(Role::kAdmin))->source(), {kAsks}) ==
        Texts{"app audit 3", "forged 4"});
}

TEST_CASE("values that a query looks for: of its line filters and label filters, once each") {
  const auto values = [](const char* query) { return values_looked_for(query); };
  CHECK(values("{service=\"api\"}") == Texts{});
  CHECK(
      values("{a=\"b\"} |= \"u1\" or \"u2\" != \"no\" |~ `x.*` |= ip(\"10.0.0.0/8\") |= \"u1\"") ==
      Texts{"u1", "u2", "no", "x.*", "10.0.0.0/8"});
  CHECK(values("{a=\"b\"} | json | userId=\"u1\" or (card=~\"4.*\" and amount > 5000) | took > 2s "
               "| peer = ip(\"10.1.1.1\")") == Texts{"u1", "4.*", "5000", "2s", "10.1.1.1"});
  CHECK(values("sum by (x) (rate({a=\"b\"} |= \"in\" | json | unwrap n | n > 3 [5m])) / "
               "count_over_time({a=\"b\"} |> \"<_>pay<_>\" [1m])") ==
        Texts{"in", "3", "<_>pay<_>"});
  CHECK(values("label_replace(rate({a=\"b\"} |= \"r\" [1m]), \"x\", \"$1\", \"y\", \"(.*)\")") ==
        Texts{"r"});
  CHECK(values("{a=") == Texts{});
}

TEST_CASE("look-ups of masked roles are noted, with the query, the values and the time") {
  AuditWorld w;
  LookupAudit lookups(*w.log, w.clock);
  const auto asks = [&](const http::Request& request, Role role = Role::kSupport) {
    lookups.note(request, principal_of(role));
  };
  const char* kQuery = "query=%7Ba%3D%22b%22%7D+%7C%3D+%22u1%22";
  for (const Role role : {Role::kPush, Role::kViewer, Role::kOperator, Role::kAdmin}) {
    asks(get("/loki/api/v1/query_range", kQuery), role);
  }
  asks(get("/loki/api/v1/labels", "start=1"));
  asks(get("/loki/api/v1/query_range", std::string(kQuery) + "&start=1000&end=2000"));
  asks(get("/loki/api/v1/query_range", std::string(kQuery) + "&start=1001&end=2000"));  // again
  asks(get("/loki/api/v1/query", std::string(kQuery) + "&time=1500"));
  asks(get("/loki/api/v1/series", "match[]=%7Ba%3D%22b%22%7D&match=%7Bc%3D%22d%22%7D"));
  asks(get("/api/prom/query", "query=%7Ba%3D%22b%22%7D&regexp=u2"));
  http::Request form = get("/a/later/endpoint", "");
  form.method = "POST";
  form.headers.add("Content-Type", "application/x-www-form-urlencoded");
  form.body = kQuery;
  asks(form);
  w.clock.advance(kMinute);
  asks(get("/loki/api/v1/query_range", std::string(kQuery) + "&start=1000&end=x"));

  const json all = w.everything();
  REQUIRE(all.size() == 6);
  const auto detail = [&](int i) { return all[5 - i]["detail"]; };
  CHECK(all[5]["event"] == "lookup");
  CHECK(all[5]["user"] == "kim");
  CHECK(all[5]["role"] == "support");
  CHECK(all[5]["address"] == "10.0.0.5");
  CHECK(detail(0) == json({{"path", "/loki/api/v1/query_range"},
                           {"values", {"u1"}},
                           {"query", "{a=\"b\"} |= \"u1\""},
                           {"startMs", 1000'000},
                           {"endMs", 2000'000}}));
  CHECK(detail(1)["timeMs"] == 1500'000);
  CHECK(detail(2)["query"] == "{a=\"b\"}\n{c=\"d\"}");
  CHECK(detail(3)["values"] == json({"u2"}));
  CHECK(detail(4)["path"] == "/a/later/endpoint");
  CHECK_FALSE(detail(5).contains("startMs"));
}

TEST_CASE("look-ups: a long query is noted to its end") {
  AuditWorld w;
  LookupAudit lookups(*w.log, w.clock);
  const std::string padded = "{a=\"b\"} |= \"" + std::string(100'000, 'x') + "\" |= \"u1\"";
  http::Request form = get("/loki/api/v1/query_range", "");
  form.method = "POST";
  form.headers.add("Content-Type", "application/x-www-form-urlencoded");
  form.body = "query=" + padded + "&query=" + std::string(kMaxAuditText, ' ');
  lookups.note(form, principal_of(Role::kSupport));
  const json all = w.everything();
  REQUIRE(all.size() == 3);
  std::string query;
  for (size_t i = 0; i < all.size(); ++i) {
    const json& detail = all[all.size() - 1 - i]["detail"];
    CHECK(detail["part"] == i + 1);
    CHECK(detail["values"][1] == "u1");
    query += detail["query"].get<std::string>();
  }
  CHECK(query == padded + "\n" + std::string(kMaxAuditText, ' '));
}

}  // namespace logsvc::server
