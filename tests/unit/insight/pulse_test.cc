#include <doctest/doctest.h>

#include <nlohmann/json.hpp>

#include "insight/pulse_json.h"
#include "support/batches.h"

namespace logsvc::insight {
namespace {

using logsvc::testing::Line;
using logsvc::testing::make_batch;
using nlohmann::json;

constexpr Timestamp kNow = 1'800'000'000 * kSecond;

LabelSet labels(const std::string& service, const std::string& level = "info",
                const std::string& host = "h1") {
  return LabelSet::from({{"service", service}, {"level", level}, {"host", host}});
}

void add(Pulse& pulse, const LabelSet& stream, const std::vector<Timestamp>& times, Timestamp now,
         const std::string& text = "x") {
  std::vector<Line> lines;
  for (const Timestamp t : times) lines.push_back({t, text, {}});
  pulse.add(*make_batch(stream, lines), now);
}

// Adds a line a second from `from` to `to`.
void speak(Pulse& pulse, const LabelSet& stream, Timestamp from, Timestamp to) {
  for (Timestamp t = from; t <= to; t += kSecond) add(pulse, stream, {t}, t);
}

// Returns level → count over all cells of the service's snapshot.
std::map<std::string, int> totals(const Pulse& pulse, Timestamp now, const std::string& name,
                                  bool by_minute = false) {
  const json whole = json::parse(pulse_snapshot(pulse, now, by_minute));
  std::map<std::string, int> out;
  for (const json& s : whole["services"]) {
    if (s["name"] != name) continue;
    for (size_t i = 0; i < s["cells"].size(); i += 3) {
      out[whole["levels"][s["cells"][i + 1].get<size_t>()]] += s["cells"][i + 2].get<int>();
    }
  }
  return out;
}

}  // namespace

TEST_SUITE_BEGIN("insight");

TEST_CASE("pulse: lines by service and level, in the second of their time") {
  Pulse pulse;
  add(pulse, labels("api"), {kNow - 2 * kSecond, kNow - 2 * kSecond, kNow}, kNow);
  add(pulse, labels("api", "WARNING"), {kNow}, kNow);
  add(pulse, labels("api", "error"), {kNow - 100 * kSecond}, kNow);
  CHECK(totals(pulse, kNow, "api") ==
        std::map<std::string, int>{{"info", 3}, {"warn", 1}, {"error", 1}});
  const json s = json::parse(pulse_snapshot(pulse, kNow, false))["services"][0];
  CHECK(s["cells"][0] == kNow / kSecond - 100);
  CHECK(s["label"] == "service");
  CHECK(s["last"] == kNow / kMillisecond);
}

TEST_CASE("pulse: the level of a stream without one is that of the entry") {
  Pulse pulse;
  const auto stream = LabelSet::from({{"service_name", "otlp"}});
  pulse.add(*make_batch(stream, {{kNow, "x", {{"detected_level", "error"}}}, {kNow, "y", {}}}),
            kNow);
  CHECK(totals(pulse, kNow, "otlp") == std::map<std::string, int>{{"error", 1}, {"other", 1}});
}

TEST_CASE("pulse: old lines count by the minute alone, the far future not at all") {
  Pulse pulse;
  add(pulse, labels("api"), {kNow, kNow - 2 * kHour, kNow - 2 * kDay, kNow + kHour}, kNow);
  CHECK(totals(pulse, kNow, "api")["info"] == 1);
  CHECK(totals(pulse, kNow, "api", true)["info"] == 2);
}

TEST_CASE("pulse: counts leave the window as time goes on") {
  Pulse pulse;
  speak(pulse, labels("api"), kNow, kNow + 2000 * kSecond);
  CHECK(totals(pulse, kNow + 2000 * kSecond, "api")["info"] == 900);
}

TEST_CASE("pulse: too many services are counted together") {
  Pulse pulse;
  for (int i = 0; i < 300; ++i) add(pulse, labels("s" + std::to_string(i)), {kNow}, kNow);
  CHECK(pulse.services().size() == kMaxPulseServices + 1);
  CHECK(totals(pulse, kNow, kOtherServices)["info"] == 100);
}

TEST_CASE("pulse: stored lines count like those that came") {
  Pulse pulse;
  const std::vector<Timestamp> times = {kNow - 3 * kSecond, kNow - kSecond};
  pulse.restore(labels("api", "error"), times, kNow);
  CHECK(totals(pulse, kNow, "api")["error"] == 2);
  CHECK(pulse.errors().empty());
}

TEST_CASE("silence: quiet, host gone, or container ended") {
  Pulse pulse;
  const Timestamp end = kNow + 20 * kMinute;
  speak(pulse, labels("api"), kNow, end);
  speak(pulse, labels("ticket"), kNow, end);
  const ServicePulse& api = *pulse.find("api");
  CHECK_FALSE(pulse.silence(api, end + 20 * kSecond).has_value());

  const Timestamp later = end + 2 * kMinute;
  CHECK(pulse.silence(api, later)->cause == SilenceCause::kHost);
  CHECK(pulse.silence(api, later)->since == end);
  speak(pulse, labels("ticket"), end, later);
  CHECK(pulse.silence(api, later)->cause == SilenceCause::kQuiet);

  const auto events = LabelSet::from(
      {{"service", "api"}, {"host", "h1"}, {"container", "api-1"}, {"source", "docker-event"}});
  pulse.add(*make_batch(events, {{end + kSecond, R"({"event":"die","exitCode":"137"})", {}}}),
            later);
  REQUIRE(pulse.silence(api, later).has_value());
  CHECK(pulse.silence(api, later)->cause == SilenceCause::kStopped);
  CHECK(pulse.silence(api, later)->detail == "exit code 137");

  pulse.add(*make_batch(events, {{later, R"({"event":"start","image":"api:2"})", {}}}), later);
  CHECK(pulse.silence(api, later)->cause == SilenceCause::kQuiet);
  add(pulse, labels("api"), {later}, later);
  CHECK_FALSE(pulse.silence(api, later).has_value());
}

TEST_CASE(
    "marks: the events of an agent are of the container's service, and no service themselves") {
  Pulse pulse;
  const auto said =
      LabelSet::from({{"service", "api"}, {"host", "h1"}, {"container", "shop-api-1"}});
  speak(pulse, said, kNow, kNow + 20 * kMinute);
  const auto events = LabelSet::from(
      {{"job", "docker-events"}, {"host", "h1"}, {"level", "error"}, {"service", "docker-events"}});
  const Timestamp end = kNow + 20 * kMinute;
  const auto event = [&](Timestamp at, const char* line) {
    pulse.add(*make_batch(events, {{at, line, {}}}), at);
  };
  event(end, R"({"event":"die","container":"shop-api-1","exitCode":137,"level":"error"})");
  event(end + 1, R"({"event":"start","container":"never-heard","image":"x:1"})");
  REQUIRE(pulse.marks().marks().size() == 2);
  CHECK(pulse.marks().marks()[0].service == "api");
  CHECK(pulse.marks().marks()[0].detail == "exit code 137");
  CHECK(pulse.marks().marks()[0].host == "h1");
  CHECK(pulse.marks().marks()[1].service == "never-heard");
  CHECK(pulse.find("docker-events") == nullptr);
  CHECK(pulse.errors_seen() == 0);
  const auto silent = pulse.silence(*pulse.find("api"), end + 10 * kMinute);
  REQUIRE(silent.has_value());
  CHECK(silent->cause == SilenceCause::kStopped);
}

TEST_CASE("silence: what was learned outlives the process") {
  Pulse pulse, again;
  speak(pulse, labels("api"), kNow, kNow + 20 * kMinute);
  REQUIRE(again.load_gaps(pulse.save_gaps()).ok());
  CHECK(again.save_gaps() == pulse.save_gaps());
  CHECK(again.silence(*again.find("api"), kNow + 30 * kMinute).has_value());
  CHECK_FALSE(again.load_gaps("{\"version\":1,\"services\":[{}]}").ok());
}

TEST_CASE("frames: what changed, then nothing until something changes") {
  Pulse pulse;
  PulseFrames frames;
  add(pulse, labels("api", "error"), {kNow}, kNow, R"({"message":"user 7 failed"})");
  json frame = json::parse(frames.next(pulse, AgentsSummary(), kNow));
  CHECK(frame["services"][0]["name"] == "api");
  CHECK(frame["cells"] == json::array({0, kNow / kSecond, 2, 1}));
  CHECK(frame["errors"][0]["message"] == "user 7 failed");
  CHECK(frame["newFaults"] == 1);
  CHECK(frame["last"]["0"] == kNow / kMillisecond);
  CHECK(frame["stale"] == false);
  frame = json::parse(frames.next(pulse, AgentsSummary(), kNow + kSecond));
  CHECK(frame["cells"].empty());
  CHECK(frame["errors"].empty());
  CHECK(frame["services"].empty());
  add(pulse, labels("api"), {kNow - kMinute}, kNow + 2 * kSecond);
  CHECK(json::parse(frames.next(pulse, AgentsSummary(), kNow + 2 * kSecond))["stale"] == true);
}

TEST_CASE("frames: small whatever the rate and the number of services") {
  Pulse pulse;
  PulseFrames frames;
  const std::string text = "{\"message\":\"" + std::string(5000, 'x') + "\"}";
  size_t largest = 0;
  for (int second = 0; second < 20; ++second) {
    const Timestamp now = kNow + second * kSecond;
    for (int i = 0; i < 150; ++i) {
      for (const char* level : {"info", "warn", "error", "debug"}) {
        add(pulse, labels("service-with-a-long-name-" + std::to_string(i), level),
            std::vector<Timestamp>(20, now), now, text);
      }
    }
    largest = std::max(largest, frames.next(pulse, AgentsSummary(), now).size());
  }
  CHECK(largest <= PulseFrames::kMaxBytes);
}

TEST_CASE("marks: from JSON, logfmt and labels; the order of time") {
  const auto die = read_mark(5, R"({"action":"die","exitCode":137,"container":"api-1"})");
  REQUIRE(die.has_value());
  CHECK(die->kind == "die");
  CHECK(die->detail == "exit code 137");
  CHECK(die->container == "api-1");
  CHECK(read_mark(5, "event=oom container=api-1")->kind == "oom");
  const auto health = read_mark(5, R"({"event":"health_status: unhealthy"})");
  CHECK(health->kind == "health_status");
  CHECK(health->detail == "unhealthy");
  CHECK_FALSE(read_mark(5, "hello").has_value());
  CHECK_FALSE(read_mark(5, "{").has_value());
  MarkBook book;
  book.add({20, "die", "s", "c", "", ""});
  book.add({10, "start", "s", "c", "", ""});
  CHECK(book.marks().front().at == 10);
  CHECK(book.stopped("s") != nullptr);
  for (int i = 0; i < 2000; ++i) book.add({30 + i, "exec", "s", "c", "", ""});
  CHECK(book.marks().size() == MarkBook::kMax);
}

TEST_SUITE_END();

}  // namespace logsvc::insight
