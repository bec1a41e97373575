#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "server/opening/opening_observer.h"
#include "server/opening_reports.h"
#include "support/fake_clock.h"
#include "support/mem_file_system.h"
#include "support/memory_log_source.h"
#include "support/takes_all.h"

namespace logsvc::server {
namespace {

using namespace logsvc::testing;
using nlohmann::json;
using What = Reason::What;

constexpr Timestamp kT0 = 1'800'000'000 * kSecond;

struct World {
  MemFileSystem files;
  FakeClock clock{kT0 + 20 * kMinute};
  std::string said;
  Diagnostics diagnostics{clock, LogLevel::kWarn, LogFormat::kLogfmt,
                          [this](std::string_view line) { said += line; }};
  TakesAll sink;
  MemoryLogSource source, nothing;
  logql::Engine engine{source, {}};
  // Its thread reads what was stored before: nothing, while the test adds lines.
  insight::Insight insight{{"/data/insight", 0}, sink, nothing, files, clock, diagnostics};
  const bool made = files.make_dirs("/data").ok();
  SharedItems items{files, "/data/shared.json", "/data/page.json", 1, diagnostics};

  void add(const std::string& service, Duration after, const std::string& text,
           const std::string& level = "info", const std::string& detected = "") {
    Labels labels = {{"service_name", service}};
    if (!level.empty()) labels.push_back({"level", level});
    Labels metadata;
    if (!detected.empty()) metadata = {{"detected_level", detected}};
    source.add(LabelSet::from(labels), {kT0 + after, text, metadata});
  }
  void happen(const std::string& service, const std::string& event, Duration after) {
    const LabelSet labels = LabelSet::from({{"job", "docker-events"}, {"host", "h1"}});
    const json line = {{"event", event}, {"service", service}, {"container", service + "-1"}};
    CHECK(insight.append(make_batch(labels, {{kT0 + after, line.dump()}})).ok());
  }
  OpeningOutcome observe(Opening opening, Duration after = 20 * kMinute) {
    opening.at = kT0;
    auto found = observe_opening(opening, kT0 + after, engine, insight);
    REQUIRE(found.ok());
    return *found;
  }
  void enter(const std::string& id, Timestamp at, const json& services) {
    const json item = {{"id", id},
                       {"name", "Musical"},
                       {"atMs", at / kMillisecond},
                       {"services", services},
                       {"success", "paid"}};
    REQUIRE(items.change(json{{"put", {{{"kind", "openings"}, {"item", item}}}}}.dump()).ok());
  }
  std::vector<json> reports() {
    std::vector<json> out;
    for (const SharedItem& item : items.of_kind("reports")) out.push_back(json::parse(item.json));
    return out;
  }
};

std::vector<std::pair<What, std::string>> reasons_of(const OpeningOutcome& outcome) {
  std::vector<std::pair<What, std::string>> out;
  for (const Reason& reason : judge(outcome).reasons) out.emplace_back(reason.what, reason.service);
  return out;
}

}  // namespace

TEST_SUITE_BEGIN("server");

TEST_CASE("opening: the verdict follows its rule") {
  const auto verdict = [](bool over, std::vector<ServiceOutcome> services,
                          std::optional<Successes> successes = {}) {
    return judge({over, std::move(services), successes}).verdict;
  };
  const auto service = [](uint64_t lines, uint64_t errors = 0, uint64_t ends = 0) {
    return ServiceOutcome{"api", 0, lines, errors, 0, ends};
  };
  CHECK(verdict(true, {service(1)}) == Verdict::kGood);
  CHECK(verdict(true, {service(1), service(0)}) == Verdict::kBad);
  CHECK(verdict(false, {service(1), service(0)}) == Verdict::kRunning);
  CHECK(verdict(true, {}) == Verdict::kBad);
  CHECK(verdict(false, {}) == Verdict::kRunning);
  CHECK(verdict(true, {service(100, 1)}) == Verdict::kErrors);
  CHECK(verdict(true, {service(99, 1)}) == Verdict::kBad);
  CHECK(verdict(false, {service(99, 1)}) == Verdict::kRunning);
  CHECK(verdict(false, {service(100, 2)}) == Verdict::kBad);
  CHECK(verdict(false, {service(5, 0, 1)}) == Verdict::kBad);
  CHECK(verdict(true, {service(5)}, Successes{0, {}}) == Verdict::kBad);
  CHECK(verdict(false, {service(5)}, Successes{0, {}}) == Verdict::kRunning);
  CHECK(verdict(true, {service(5)}, Successes{1, 7}) == Verdict::kGood);
}

TEST_CASE("opening: lines, errors, first lines, peaks and successes are those after its moment") {
  World w;
  w.add("api", -1, "before");
  w.add("api", 132 * kMillisecond, "first");
  w.add("api", kSecond + 1, "paid 1");
  w.add("api", kSecond + 2, "paid 2");
  w.add("api", 3 * kSecond, "bad", "ERROR");
  w.add("queue", 2 * kMinute - 1, "bare", "", "error");
  w.add("queue", 2 * kMinute, "too late");
  w.add("late", 3 * kMinute, "paid 3");
  w.add("other", 1, "nobody asked");
  const auto got = w.observe({"", 0, {"queue", "api", "late", "a.i"}, "paid"});
  REQUIRE(got.services.size() == 4);
  const auto& [silent, api, late, queue] =
      std::tie(got.services[0], got.services[1], got.services[2], got.services[3]);
  CHECK((silent.name == "a.i" && silent.lines == 0 && !silent.first_line));
  CHECK((api.lines == 4 && api.errors == 1 && api.peak == 2));
  CHECK(api.first_line == 132 * kMillisecond);
  CHECK((queue.lines == 1 && queue.errors == 1 && queue.first_line == 2 * kMinute - 1));
  CHECK((late.lines == 0 && late.first_line == 3 * kMinute));
  REQUIRE(got.successes);
  CHECK((got.successes->count == 3 && got.successes->first == kSecond + 1));
  CHECK(reasons_of(got) == std::vector<std::pair<What, std::string>>{{What::kSilent, "a.i"},
                                                                     {What::kManyErrors, "api"},
                                                                     {What::kSilent, "late"},
                                                                     {What::kManyErrors, "queue"}});
  CHECK(check_opening_json(opening_json(got, 200)).ok());
  CHECK(opening_json(got, 1)["more"] == 3);
}

TEST_CASE("opening: without a list, those are expected that wrote in the hour before") {
  World w;
  w.add("api", -kMinute, "up");
  w.add("gone", -2 * kHour, "long ago");
  w.add("new", kSecond, "just born");
  const auto got = w.observe({}, kMinute);
  REQUIRE(got.services.size() == 1);
  CHECK(got.services[0].name == "api");
  CHECK_FALSE(got.over);
  CHECK(w.observe({}, -kMinute).services.empty());
}

TEST_CASE("opening: one restart counts once, and only of a service that is expected") {
  World w;
  w.add("api", 1, "up");
  w.add("api", -kSecond, "up");
  w.happen("api", "die", -kSecond);
  w.happen("api", "start", 0);
  w.happen("api", "oom", 5 * kSecond);
  w.happen("api", "die", 5 * kSecond + 1);
  w.happen("api", "start", 6 * kSecond);
  w.happen("batch", "die", 7 * kSecond);
  const auto got = w.observe({"", 0, {"api"}, ""});
  REQUIRE(got.services.size() == 1);
  CHECK(got.services[0].ends == 1);
  CHECK(reasons_of(got) == std::vector<std::pair<What, std::string>>{{What::kEnded, "api"}});
}

TEST_CASE("opening: a report is kept of each, ten minutes after, once") {
  World w;
  w.add("api", 1, "paid");
  w.enter("1", kT0, {"api"});
  w.enter("2", kT0 + 15 * kMinute, {"api"});
  w.enter("3", kT0 - 2 * kDay, {"api"});
  OpeningReports writer(w.engine, w.insight, w.items, w.clock, w.diagnostics);
  writer.write_due();
  REQUIRE(w.reports().size() == 1);
  const json report = w.reports()[0];
  CHECK((report["id"] == "1" && report["name"] == "Musical"));
  CHECK(report["atMs"] == kT0 / kMillisecond);
  CHECK(report["result"]["verdict"] == "good");
  CHECK(report["result"]["success"] == json{{"count", 1}, {"firstMs", 0}});
  w.clock.advance(5 * kMinute);
  writer.write_due();
  CHECK(w.reports().size() == 2);
  // One that was removed stays away.
  REQUIRE(w.items.change(R"({"remove":[{"kind":"reports","id":"1"}]})").ok());
  writer.write_due();
  CHECK(w.reports().size() == 1);
}

TEST_CASE("opening: a report holds as many services as an item may") {
  World w;
  json services = json::array();
  for (int i = 0; i < 60; ++i) services.push_back(std::string(80, '\x01') + std::to_string(i));
  w.enter("1", kT0, services);
  OpeningReports writer(w.engine, w.insight, w.items, w.clock, w.diagnostics);
  writer.write_due();
  REQUIRE(w.reports().size() == 1);
  const json result = w.reports()[0]["result"];
  CHECK(result["services"].size() > 0);
  CHECK(result["services"].size() + result["more"].get<size_t>() == 60);
}

TEST_CASE("opening: what the server would not write is no report") {
  World w;
  w.add("api", 1, "paid");
  const json good = opening_json(w.observe({"", 0, {"api"}, "paid"}), 200);
  REQUIRE(check_opening_json(good).ok());
  for (const auto& [name, value] : good.items()) {
    for (const json& wrong : {json("x"), json(-1), json::array({1}), json{{"a", 1}}}) {
      json other = good;
      other[name] = wrong;
      CHECK_FALSE_MESSAGE(check_opening_json(other).ok(), other.dump());
    }
    json less = good;
    less.erase(name);
    CHECK_FALSE(check_opening_json(less).ok());
  }
  CHECK_FALSE(check_opening_json(json()).ok());
}

TEST_SUITE_END();

}  // namespace logsvc::server
