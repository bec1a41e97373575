#include <doctest/doctest.h>

#include <nlohmann/json.hpp>
#include <thread>

#include "base/mutex.h"
#include "insight/insight.h"
#include "server/access/view.h"
#include "support/batches.h"
#include "support/fake_clock.h"
#include "support/mem_file_system.h"
#include "support/memory_log_source.h"

namespace logsvc::server {
namespace {

using namespace logsvc::testing;
using nlohmann::json;

constexpr Timestamp kNow = 1'800'000'000 * kSecond;

// Takes every batch and serves it, as the store does, from several threads.
class Lines : public LogSource, public LogSink {
 public:
  Result<Appended> append(std::shared_ptr<const Batch> batch) override {
    const WriterLock lock(mutex_);
    for (const StreamEntries& stream : batch->streams) {
      for (const Entry& entry : stream.entries) lines_.add(stream.labels, to_line(entry));
    }
    return Appended{std::move(batch), 0};
  }
  Result<std::unique_ptr<EntryIterator>> select(const SelectQuery& query) const override {
    const ReaderLock lock(mutex_);
    return lines_.select(query);
  }
  Result<std::vector<LabelSet>> series(
      TimeRange range, const std::vector<std::vector<Matcher>>& groups) const override {
    const ReaderLock lock(mutex_);
    return lines_.series(range, groups);
  }
  Result<std::vector<std::string>> label_names(TimeRange range,
                                               const std::vector<Matcher>& all) const override {
    const ReaderLock lock(mutex_);
    return lines_.label_names(range, all);
  }
  Result<std::vector<std::string>> label_values(const std::string& name, TimeRange range,
                                                const std::vector<Matcher>& all) const override {
    const ReaderLock lock(mutex_);
    return lines_.label_values(name, range, all);
  }
  Result<std::vector<StreamTotals>> totals(TimeRange range,
                                           const std::vector<Matcher>& all) const override {
    const ReaderLock lock(mutex_);
    return lines_.totals(range, all);
  }
  Result<std::vector<StreamVolume>> volumes(const std::vector<TimeRange>& buckets,
                                            const std::vector<Matcher>& all) const override {
    const ReaderLock lock(mutex_);
    return lines_.volumes(buckets, all);
  }

 private:
  mutable SharedMutex mutex_;
  MemoryLogSource lines_ GUARDED_BY(mutex_);
};

LabelSet stream(const std::string& service, const std::string& level = "info",
                const std::string& container = "", const std::string& host = "h1") {
  return LabelSet::from(
      {{"service", service}, {"level", level}, {"host", host}, {"container", container}});
}

Principal scoped(const std::string& scope) {
  Principal out;
  out.role = Role::kViewer;
  out.scope = scope;
  auto matchers = logql::parse_selector(scope, false);
  REQUIRE(matchers.ok());
  out.scoped_to = std::move(*matchers);
  return out;
}

struct World {
  MemFileSystem files;
  FakeClock clock{kNow};
  Diagnostics quiet{clock, LogLevel::kError, LogFormat::kLogfmt, [](std::string_view) {}};
  Lines lines;
  Views views{lines, {}, masking::Masker::of_built_ins()};
  insight::Insight insight{{"/data/insight", 14 * kDay}, lines, lines, files, clock, quiet};

  void push(const LabelSet& labels, const std::vector<Line>& lines) {
    CHECK(insight.append(make_batch(labels, lines)).ok());
  }
  void report(const std::string& host, std::vector<wire::SequenceRange> lines,
              std::vector<wire::SourceDescription> sources) {
    wire::AgentReport report;
    report.agent = "agent-of-" + host;
    report.host = host;
    report.version = "1.0";
    report.containers = 7;
    report.spool_lines = 1234;
    report.dropped = {{"refused", 3}};
    report.error = "connection refused";
    report.lines = std::move(lines);
    report.sources = std::move(sources);
    insight.report(std::move(report), "10.0.0.1");
  }
  // Lets the history be read, and waits until it is in the snapshot.
  template <class Until>
  void settle(Until until) {
    clock.advance(insight::PartialPulse::kSettling);
    for (int i = 0; i < 2000 && !until(); ++i) {
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    CHECK(until());
  }
};

// Service → lines of all cells.
std::map<std::string, uint64_t> counts(const std::string& snapshot) {
  std::map<std::string, uint64_t> out;
  const json whole = json::parse(snapshot);
  for (const json& s : whole["services"]) {
    uint64_t& n = out[s["name"]];
    for (size_t i = 2; i < s["cells"].size(); i += 3) n += s["cells"][i].get<uint64_t>();
  }
  return out;
}
using Counts = std::map<std::string, uint64_t>;

wire::SourceDescription described(const std::string& source, const std::string& name) {
  wire::SourceDescription out;
  out.source = source;
  out.name = name;
  out.driver = "json-file";
  out.read_by = "file";
  out.running = true;
  return out;
}

}  // namespace

TEST_SUITE_BEGIN("server");

TEST_CASE("narrowed insight: a part counts its own streams, stored and live, once each") {
  World w;
  const auto part = w.views.part_of(scoped(R"({service="ticket", level=~"info|error"})"));
  w.push(stream("ticket"), {{kNow - 5 * kMinute, "a"}, {kNow - 3 * kHour, "b"}});
  w.push(stream("ticket", "debug"), {{kNow - kMinute, "hidden"}});
  w.push(stream("pay"), {{kNow - kMinute, "hidden"}});
  w.push(LabelSet::from({{"service", "ticket"}}), {{kNow - kMinute, "has no level: not of it"}});
  CHECK(counts(w.insight.snapshot(true, part)) == Counts{});  // not read yet
  // Came before the history is asked for, and is in it.
  w.push(stream("ticket"), {{kNow - kSecond, "late"}});
  w.push(stream("ticket"), {{kNow + kSecond, "live"}});
  w.push(stream("pay"), {{kNow + kSecond, "hidden"}});
  w.settle([&] { return counts(w.insight.snapshot(true, part)) == Counts{{"ticket", 4}}; });
  // Comes after it.
  w.push(stream("ticket"), {{kNow - 2 * kSecond, "very late"}});
  CHECK(counts(w.insight.snapshot(true, part)) == Counts{{"ticket", 5}});
  CHECK(counts(w.insight.snapshot(false, part)) == Counts{{"ticket", 4}});
  CHECK(counts(w.insight.snapshot(false))["pay"] == 2);
}

TEST_CASE("narrowed insight: errors and faults of others are not told of") {
  World w;
  const auto part = w.views.part_of(scoped(R"({service="ticket"})"));
  const LabelSet detected = LabelSet::from({{"service", "ticket"}, {"host", "h1"}});
  w.push(stream("ticket", "error"), {{kNow - kHour, "seat 5 is gone"}});
  w.push(detected, {{kNow - kHour, "boom", {{"detected_level", "error"}}}, {kNow - kHour, "fine"}});
  w.push(stream("pay", "error"), {{kNow - kHour, "card 7 refused"}, {kNow, "seat 6 is gone"}});
  const auto faults = [&] { return json::parse(w.insight.errors(10, part)); };
  (void)faults();
  w.settle([&] { return faults()["total"] == 2; });
  w.push(stream("ticket", "fatal"), {{w.clock.now(), "seat 9 is gone"}});
  w.push(stream("pay", "fatal"), {{w.clock.now(), "all is lost"}});
  const std::string text = w.insight.errors(10, part) + w.insight.snapshot(false, part);
  CHECK(text.find("pay") == std::string::npos);
  CHECK(text.find("card") == std::string::npos);
  CHECK(text.find("lost") == std::string::npos);
  const json now = faults();
  for (const json& fault : now["faults"]) {
    if (fault["masked"] == "seat <n> is gone") CHECK(fault["count"] == 2);
  }
  const json frame = json::parse(*w.insight.frame(part).text);
  CHECK(frame["errors"].size() == 1);
  CHECK(frame["newFaults"] == 0);                          // it was there in the day before
  CHECK(json::parse(w.insight.errors(10))["total"] == 4);  // the kept book of the whole
}

TEST_CASE("narrowed insight: frames tell of the part, and once a second") {
  World w;
  const auto part = w.views.part_of(scoped(R"({service="ticket"})"));
  const auto first = w.insight.frame(part);
  CHECK(w.insight.frame(part).text == first.text);
  w.push(stream("pay"), {{kNow, "x"}});
  w.push(stream("ticket"), {{kNow, "x"}});
  w.clock.advance(kSecond);
  const auto second = w.insight.frame(part);
  CHECK(second.number == first.number + 1);
  CHECK(second.text->find("pay") == std::string::npos);
  CHECK(json::parse(*second.text)["cells"].size() == 4);
  CHECK(w.insight.frame().text->find("pay") != std::string::npos);
}

TEST_CASE("narrowed insight: containers and ledgers of agents, where all their streams are seen") {
  World w;
  const auto part = w.views.part_of(scoped(R"({service="ticket"})"));
  w.push(stream("ticket", "info", "ticket-1"), {{kNow - kHour, "x"}});
  w.push(stream("ticket", "info", "mixed"), {{kNow - kHour, "x"}});
  w.push(stream("pay", "info", "mixed"), {{kNow - kHour, "x"}});
  w.push(stream("pay", "info", "pay-1"), {{kNow, "x"}});
  w.push(stream("pay", "info", "pay-2", "h2"), {{kNow, "x"}});
  w.push(LabelSet::from({{"service", "ticket"}, {"container", "nowhere"}}), {{kNow, "x"}});
  w.report("h1", {{"c1", 1, 10}, {"c2", 1, 20}, {"c3", 1, 30}, {"c4", 1, 5}, {"c5", 1, 5}},
           {described("c1", "ticket-1"), described("c2", "mixed"), described("c3", "pay-1"),
            described("c5", "nowhere")});
  w.report("h2", {{"c9", 1, 10}}, {described("c9", "pay-2")});
  const auto agents = [&] { return json::parse(w.insight.agents(part)); };
  CHECK(agents()["agents"].empty());  // it is not known yet whose streams there are
  w.settle([&] { return agents()["agents"].size() == 1 && agents()["hosts"].size() == 1; });
  const json a = agents()["agents"][0];
  CHECK(a["host"] == "h1");
  REQUIRE(a["described"].size() == 1);
  CHECK(a["described"][0]["name"] == "ticket-1");
  REQUIRE(a["sources"].size() == 1);
  CHECK(a["sources"][0]["received"] == 10);
  CHECK(a["containers"] == 1);
  CHECK(a["spoolLines"] == 0);
  CHECK(a["dropped"].empty());
  CHECK(a["error"] == "");
  CHECK(json::parse(*w.insight.frame(part).text)["agents"][1] == 1);
  // A stream of others from the same container comes: the ledger counts its lines as well.
  w.push(stream("pay", "info", "ticket-1"), {{w.clock.now(), "x"}});
  CHECK(agents()["agents"][0]["described"].empty());
  CHECK(agents()["agents"][0]["sources"].empty());
  const json whole = json::parse(w.insight.agents());
  CHECK(whole["agents"].size() == 2);
  CHECK(whole["agents"][0]["sources"].size() == 5);
  CHECK(whole["agents"][0]["spoolLines"] == 1234);
}

TEST_CASE("narrowed insight: what Docker said is seen by who sees the stream that says it") {
  World w;
  const LabelSet events = LabelSet::from({{"job", "docker-events"}, {"host", "h1"}});
  const LabelSet beside =
      LabelSet::from({{"service", "ticket"}, {"source", "docker-event"}, {"container", "t1"}});
  w.push(events, {{kNow, R"({"event":"die","container":"pay-1","exitCode":"1"})"}});
  w.push(beside, {{kNow, R"({"event":"die","exitCode":"137"})"}});
  w.clock.advance(kSecond);
  const auto part = w.views.part_of(scoped(R"({service="ticket"})"));
  const auto marks = w.insight.marks({kNow - kHour, kNow + 1}, part);
  REQUIRE(marks.ok());
  REQUIRE(marks->size() == 1);
  CHECK(marks->at(0).container == "t1");
  CHECK(marks->at(0).service == "ticket");
  CHECK(w.insight.marks({kNow - kHour, kNow + 1})->size() == 2);
  const auto shown = [&] { return json::parse(w.insight.snapshot(false, part))["marks"]; };
  (void)shown();
  w.settle([&] { return shown().size() == 1; });
  CHECK(shown()[0]["container"] == "t1");
}

TEST_CASE("narrowed insight: what is hidden in lines is hidden in everything made of them") {
  World w;
  const std::string card = "4111-1111-1111-1111";
  Principal support;
  support.role = Role::kSupport;
  const auto part = w.views.part_of(support);
  CHECK(!part.is_whole());
  const LabelSet events = LabelSet::from({{"job", "docker-events"}, {"host", "h1"}});
  w.push(stream("pay", "error"),
         {{kNow - kHour, R"({"msg":"card )" + card + R"( refused","card":")" + card + "\"}"},
          {kNow - kHour + 1, std::string(490, 'x') + " " + card}});  // cut in the middle of it
  w.push(events,
         {{kNow - kMinute, R"({"event":"health_status: )" + card + R"(","container":"c"})"}});
  const auto texts = [&] {
    return w.insight.errors(10, part) + w.insight.snapshot(false, part) +
           *w.insight.frame(part).text;
  };
  (void)texts();
  w.settle([&] { return texts().find("health_status") != std::string::npos; });
  w.push(stream("pay", "error"), {{w.clock.now(), "\x1b[31m4111-1111-\x1b[0m1111-1111 in colours"},
                                  {w.clock.now(), "live " + card}});
  w.clock.advance(kSecond);
  const std::string shown = texts();
  CHECK(shown.find("4111") == std::string::npos);
  CHECK(shown.find("<card>") != std::string::npos);
  CHECK(json::parse(w.insight.errors(10, part))["total"] == 4);
  CHECK(w.insight.snapshot(false).find(card) != std::string::npos);
}

TEST_CASE("narrowed insight: support sees all agents if it has no scope") {
  World w;
  Principal support;
  support.role = Role::kSupport;
  w.report("h1", {{"c1", 1, 10}}, {described("c1", "pay-1")});
  const json agents = json::parse(w.insight.agents(w.views.part_of(support)))["agents"];
  REQUIRE(agents.size() == 1);
  CHECK(agents[0]["spoolLines"] == 1234);
}

TEST_CASE("narrowed insight: a part that nobody asked for in an hour begins anew") {
  World w;
  insight::PartialPulses pulses(w.lines, 0, w.clock, w.quiet);
  const auto part = w.views.part_of(scoped(R"({service="ticket"})"));
  const std::weak_ptr<insight::PartialPulse> first = pulses.of(part);
  CHECK(pulses.of(part) == first.lock());
  w.clock.advance(insight::PartialPulses::kForgotten);
  CHECK(pulses.of(part) == first.lock());  // it was asked for in time
  w.clock.advance(insight::PartialPulses::kForgotten);
  w.settle([&] { return first.expired(); });
}

TEST_SUITE_END();

}  // namespace logsvc::server
