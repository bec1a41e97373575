#include "demo/ticketing.h"

#include <doctest/doctest.h>

#include <map>
#include <nlohmann/json.hpp>
#include <set>

namespace logsvc::demo {
namespace {

constexpr Timestamp kStart = 1'800'000'000 * kSecond;

bool same(const SimulatedLine& a, const SimulatedLine& b) {
  return a.timestamp == b.timestamp && a.service == b.service && a.host == b.host &&
         a.level == b.level && a.text == b.text;
}

}  // namespace

TEST_SUITE_BEGIN("demo");

TEST_CASE("the same seed gives the same lines, however the time is cut") {
  Ticketing whole(7, kStart), pieces(7, kStart), other(8, kStart);
  const auto expected = whole.lines_until(kStart + 5 * kMinute);
  std::vector<SimulatedLine> cut;
  for (Timestamp at = kStart + 7 * kSecond; cut.size() < expected.size(); at += 7 * kSecond) {
    for (SimulatedLine& line : pieces.lines_until(std::min(at, kStart + 5 * kMinute))) {
      cut.push_back(std::move(line));
    }
    REQUIRE(at < kStart + kHour);
  }
  REQUIRE(cut.size() == expected.size());
  CHECK(std::equal(cut.begin(), cut.end(), expected.begin(), same));
  const auto others = other.lines_until(kStart + 5 * kMinute);
  CHECK(!std::equal(others.begin(), others.end(), expected.begin(), expected.end(), same));
}

TEST_CASE("lines are JSON in order of time, from three services, and say what they carry") {
  Ticketing services(1, kStart);
  Timestamp last = 0;
  std::map<std::string, std::set<std::string>> hosts;
  std::map<std::string, size_t> levels;
  for (const SimulatedLine& line : services.lines_until(kStart + 10 * kMinute)) {
    CHECK(line.timestamp >= last);
    last = line.timestamp;
    const auto text = nlohmann::json::parse(line.text);
    CHECK(text["service"] == line.service);
    CHECK(text["level"] == line.level);
    CHECK(*parse_rfc3339(text["timestamp"].get<std::string>()) ==
          line.timestamp - line.timestamp % kMillisecond);
    hosts[line.host].insert(line.service);
    ++levels[line.level];
  }
  CHECK(hosts == std::map<std::string, std::set<std::string>>{
                     {"backend-instance", {"api-server", "ticket-server"}},
                     {"queue-instance", {"queue-backend"}}});
  for (const char* level : {"debug", "info", "warn", "error"}) CHECK(levels[level] > 0);
}

TEST_CASE("an opening lets many in at once") {
  Ticketing services(1, kStart);
  const Timestamp opening =
      kStart - kStart % Ticketing::kOpeningInterval + Ticketing::kOpeningInterval;
  size_t before = 0, after = 0;
  for (const SimulatedLine& line : services.lines_until(opening + kMinute)) {
    if (line.text.find("Entered the queue") == std::string::npos) continue;
    if (line.timestamp >= opening - 20 * kSecond && line.timestamp < opening - 10 * kSecond)
      ++before;
    if (line.timestamp >= opening && line.timestamp < opening + 10 * kSecond) ++after;
  }
  CHECK(after > 5 * before);
}

TEST_SUITE_END();

}  // namespace logsvc::demo
