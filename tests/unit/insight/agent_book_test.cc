#include "insight/agent_book.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <random>

namespace logsvc::insight {
namespace {

constexpr Timestamp kNow = 1'800'000'000 * kSecond;

bool same(const LedgerCell& cell, uint64_t received, uint64_t late, uint64_t duplicates,
          uint64_t missing) {
  return cell.received == received && cell.late == late && cell.duplicates == duplicates &&
         cell.missing == missing;
}

}  // namespace

TEST_SUITE_BEGIN("insight");

TEST_CASE("ledger: in order, with a hole, filled late, sent again") {
  SourceLedger ledger;
  ledger.add(1, 100, kNow);
  ledger.add(151, 50, kNow);
  CHECK(same(ledger.total(), 150, 0, 0, 50));
  ledger.add(101, 20, kNow + kMinute);
  CHECK(same(ledger.total(), 170, 20, 0, 30));
  ledger.add(111, 50, kNow + kMinute);  // 10 duplicates, 30 that fill the hole, 10 duplicates
  CHECK(same(ledger.total(), 200, 50, 20, 0));
  ledger.add(195, 10, kNow);  // 6 duplicates, 4 new
  CHECK(same(ledger.total(), 204, 50, 26, 0));
}

TEST_CASE("agents: containers are told of in turn, and those no longer told of are forgotten") {
  AgentBook book;
  const auto report = [&](std::vector<wire::SourceDescription> sources, Timestamp at) {
    wire::AgentReport r;
    r.agent = "a";
    r.sources = std::move(sources);
    book.add(std::move(r), at, "10.0.0.1");
  };
  const auto described = [&] {
    std::vector<std::string> out;
    for (const auto& [id, one] : book.agents().at("a").described)
      out.push_back(id + " " + one.now.name);
    return out;
  };
  report({{"1", "api", "json-file", "file", 0, -1, true}}, kNow);
  report({{"2", "queue", "local", "api", kNow, 0, true}}, kNow + kSecond);
  report({}, kNow + kMinute);
  CHECK(described() == std::vector<std::string>{"1 api", "2 queue"});
  report({{"2", "queue-new", "local", "api", kNow, 0, false}}, kNow + 9 * kMinute);
  report({}, kNow + 11 * kMinute);
  CHECK(described() == std::vector<std::string>{"2 queue-new"});
  CHECK(!book.agents().at("a").described.at("2").now.running);
  for (size_t i = 0; i < AgentBook::kMaxSources + 10; ++i)
    report({{std::to_string(i), "many", "", "", 0, -1, true}}, kNow + 11 * kMinute);
  CHECK(described().size() == AgentBook::kMaxSources);
}

TEST_CASE("ledger: a server that begins anew takes the first number as it comes") {
  SourceLedger ledger;
  ledger.add(5001, 10, kNow);
  CHECK(same(ledger.total(), 10, 0, 0, 0));
}

TEST_CASE("ledger: whatever the order, nothing is lost or counted twice") {
  std::mt19937 random(7);
  for (int round = 0; round < 50; ++round) {
    std::vector<std::pair<uint64_t, uint64_t>> ranges;
    uint64_t next = 2;
    while (next < 500) {
      const uint64_t n = 1 + random() % 20;
      ranges.emplace_back(next, n);
      next += n;
    }
    std::shuffle(ranges.begin(), ranges.end(), random);
    SourceLedger ledger;
    ledger.add(1, 1, kNow);
    uint64_t highest = 2;
    uint64_t came = 1;
    for (const auto& [first, n] : ranges) {
      ledger.add(first, n, kNow);
      highest = std::max(highest, first + n);
      came += n;
      CHECK(ledger.total().received == came);
      CHECK(ledger.total().missing == highest - 1 - came);
    }
    CHECK(ledger.total().duplicates == 0);
  }
}

TEST_CASE("ledger: a day of cells") {
  SourceLedger ledger;
  for (int i = 0; i < 300; ++i) ledger.add(1 + 2 * i, 1, kNow + i * SourceLedger::kCellWidth);
  CHECK(ledger.cells().size() == SourceLedger::kCells);
  CHECK(ledger.total().missing == SourceLedger::kCells);
  ledger.add(UINT64_MAX - 1, 5, kNow);  // would overflow: no such numbers
  CHECK(ledger.total().received == SourceLedger::kCells);
}

TEST_CASE("agents: the last report, the median skew, few enough") {
  AgentBook book;
  wire::AgentReport report;
  report.agent = "a1";
  report.host = "h1";
  for (const Duration late : {40, 38, 2000, 39, 41}) {
    report.clock = kNow - late * kMillisecond;
    report.spool_lines = static_cast<uint64_t>(late);
    book.add(report, kNow, "10.0.0.1");
  }
  const AgentState& agent = book.agents().at("a1");
  CHECK(agent.skew() == -40 * kMillisecond);
  CHECK(agent.report.spool_lines == 41);
}

TEST_CASE("agents: ids that are made up push out no agent that lives, and are few of one address") {
  AgentBook book;
  wire::AgentReport report;
  report.agent = "real";
  REQUIRE(book.add(report, kNow, "10.0.0.1"));
  for (int i = 0; i < 1000; ++i) {
    report.agent = "forged" + std::to_string(i);
    book.add(report, kNow + i, i % 2 ? "10.0.0.1" : "10.0.0.9");
  }
  CHECK(book.agents().count("real") == 1);
  CHECK(book.agents().size() == 2 * AgentBook::kMaxAgentsOfAddress);
  // A silent agent makes room for another of its address; for others only when long forgotten.
  report.agent = "new";
  CHECK(book.add(report, kNow + kMinute, "10.0.0.1"));
  for (int i = 0; i < 1000; ++i) {
    report.agent = "far" + std::to_string(i);
    book.add(report, kNow + kMinute, "10.1.0." + std::to_string(i % 200));
  }
  CHECK(book.agents().size() == AgentBook::kMaxAgents);
  report.agent = "late";
  CHECK_FALSE(book.add(report, kNow + kMinute, "10.2.0.1"));
  CHECK(book.add(report, kNow + 2 * kHour, "10.2.0.1"));
  CHECK(book.agents().size() == AgentBook::kMaxAgents);
}

TEST_CASE("agents: a heartbeat is heard of an agent that pushed from the same address") {
  AgentBook book;
  wire::AgentReport report;
  report.agent = "a";
  CHECK_FALSE(book.refresh(report, kNow, "10.0.0.1"));
  REQUIRE(book.add(report, kNow, "10.0.0.1"));
  report.containers = 7;
  report.lines = {{"s", 1, 5}};
  CHECK_FALSE(book.refresh(report, kNow + kSecond, "10.0.0.2"));
  CHECK(book.refresh(report, kNow + kSecond, "10.0.0.1"));
  CHECK(book.agents().at("a").report.containers == 7);
  CHECK(book.agents().at("a").sources.empty());
}

TEST_SUITE_END();

}  // namespace logsvc::insight
