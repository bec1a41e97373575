#include "insight/agent_book_json.h"

#include <doctest/doctest.h>

#include <random>

namespace logsvc::insight {
namespace {

constexpr Timestamp kNow = 1'800'000'000 * kSecond;

// Makes agents with everything that can be kept, by way of what they report.
AgentBook full_book() {
  AgentBook book;
  for (const char* id : {"9f3c0a1b2c3d4e5f", "00000000000000aa"}) {
    wire::AgentReport report;
    report.agent = id;
    report.host = "app \"1\"\n";
    report.version = "1.2.3";
    report.clock = kNow + 3 * kSecond;
    report.started = kNow - kHour;
    report.containers = 4;
    report.spool_bytes = 81;
    report.dropped = {{"refused", 3}};
    report.set_aside = 2;
    report.clock_offset = -12 * kMillisecond;
    report.retries = 7;
    report.error = "connection refused";
    report.error_at = kNow - kMinute;
    report.lines = {{"c1", 1, 10}, {"c1", 16, 5}, {"c2", 7, 1}};
    report.sources = {{"c1", "api-1", "json-file", "file", kNow, -1, true},
                      {"c2", "\xc3\xa9\"", "local", "not read: no log", 0, 5 * kSecond, false}};
    book.add(report, kNow, "10.0.0.1", 5);
    report.lines = {{"c1", 12, 2}, {"c1", 20, 1}};
    book.add(std::move(report), kNow + SourceLedger::kCellWidth, "10.0.0.1");
  }
  return book;
}

std::string written(const AgentBook& book, bool at_end = false) {
  AgentBookWriter writer;
  for (const auto& [id, agent] : book.agents()) writer.add(agent);
  return writer.finish(at_end);
}

AgentBook read(const std::string& text) {
  auto kept = read_kept_agents(text);
  REQUIRE(kept.ok());
  AgentBook book;
  for (AgentState& agent : kept->agents) book.restore(std::move(agent));
  return book;
}

LedgerCell total(const AgentBook& book, const char* source = "c1") {
  return book.agents().at("9f3c0a1b2c3d4e5f").sources.at(source).total();
}

}  // namespace

TEST_SUITE_BEGIN("insight");

TEST_CASE("kept agents: come back as they were") {
  const AgentBook book = full_book();
  const std::string text = written(book);
  const AgentBook again = read(text);
  REQUIRE(again.agents().size() == 2);
  CHECK(written(again) == text);
  const AgentState& before = book.agents().begin()->second;
  const AgentState& after = again.agents().begin()->second;
  CHECK(after.address == before.address);
  CHECK(after.seen == before.seen);
  CHECK(after.offsets == before.offsets);
  CHECK(after.kept_at_arrival == 5);
  CHECK(after.kept_at == kNow);
  CHECK(after.report.dropped == before.report.dropped);
  CHECK(after.report.clock_offset == before.report.clock_offset);
  CHECK(after.report.error == before.report.error);
  CHECK(after.described.at("c2").now == before.described.at("c2").now);
  CHECK(after.described.at("c2").told == before.described.at("c2").told);
  CHECK(after.sources.at("c1").state() == before.sources.at("c1").state());
  CHECK(total(again).missing == 3);
  CHECK(read_kept_agents(written(book, true))->at_end);
  CHECK(read_kept_agents(written(AgentBook()))->agents.empty());
}

TEST_CASE("kept agents: whatever an agent says of itself reads again") {
  AgentBook book;
  wire::AgentReport report;
  report.agent = "a";
  report.clock = INT64_MAX;
  report.started = INT64_MIN;
  report.error = "x";
  report.error_at = INT64_MIN;
  report.spool_age = INT64_MAX;
  report.lines = {{"s", uint64_t{1} << 53, uint64_t{1} << 53}, {"s", 1, uint64_t{1} << 53}};
  report.sources = {{"s", "\xff\"\\\x01", "", "", INT64_MAX, INT64_MAX, true}};
  for (int i = 0; i < 3000; ++i) book.add(report, kNow, "10.0.0.1", uint64_t{1} << 53);
  CHECK(read_kept_agents(written(book)).ok());
}

TEST_CASE("kept agents: of a text that is cut or damaged nothing is taken, and nothing crashes") {
  const std::string text = written(full_book());
  for (size_t cut = 0; cut + 2 < text.size(); ++cut) {
    const auto read = read_kept_agents(text.substr(0, cut));
    CHECK_FALSE(read.ok());
    CHECK(read.error().code == ErrorCode::kCorrupt);
  }
  std::mt19937 random(7);
  for (int round = 0; round < 5000; ++round) {
    std::string bytes = text;
    for (size_t flips = 1 + random() % 3; flips > 0; --flips)
      bytes[random() % bytes.size()] = static_cast<char>(random());
    auto kept = read_kept_agents(bytes);
    if (!kept.ok()) continue;
    AgentBook book;
    for (AgentState& agent : kept->agents) book.restore(std::move(agent));
    CHECK(read_kept_agents(written(book)).ok());
  }
}

TEST_CASE("kept agents: another version, and what no book writes, is refused") {
  const std::string text = written(full_book());
  const auto refused = [&](const std::string& from, const std::string& to) {
    std::string changed = text;
    const size_t at = changed.find(from);
    REQUIRE(at != std::string::npos);
    const auto read = read_kept_agents(changed.replace(at, from.size(), to));
    return !read.ok() && read.error().code == ErrorCode::kCorrupt;
  };
  CHECK(refused("\"version\":1", "\"version\":0"));
  CHECK(refused("\"version\":1", "\"version\":2"));
  CHECK(refused("\"seen\":", "\"seen\":-"));
  CHECK(refused("\"seen\":", "\"seen\":1e300,\"x\":"));
  CHECK(refused("[\"c1\",21,", "[\"c1\",13,"));  // a hole behind the next number
  CHECK(refused("[\"c1\",21,", "[\"c1\",-21,"));
  CHECK(refused("[\"c1\",", "[\"far too long for one\","));
  CHECK(refused("\"offsets\":[", "\"offsets\":[" + std::string(200, '[')));
  CHECK_FALSE(read_kept_agents("[]").ok());
  CHECK_FALSE(read_kept_agents("{\"version\":1,\"at_end\":true,\"agents\":{}}").ok());
}

TEST_CASE("kept agents: what is too much is left out, but for the numbers that come next") {
  const AgentBook book = full_book();
  AgentBookWriter writer(1);
  for (const auto& [id, agent] : book.agents()) writer.add(agent);
  AgentBook again = read(writer.finish(true));
  REQUIRE(again.agents().size() == 2);
  CHECK(again.agents().begin()->second.described.empty());
  wire::AgentReport report;
  report.agent = "9f3c0a1b2c3d4e5f";
  report.lines = {{"c1", 31, 1}};
  again.add(std::move(report), kNow + kHour, "10.0.0.1");
  CHECK(total(again).received == 1);
  CHECK(total(again).missing == 10);
}

TEST_CASE("ledger: what a killed run may have taken is unknown, not missing") {
  SourceLedger before;
  before.add(1, 10, kNow);
  before.add(16, 5, kNow);
  SourceLedger ledger;
  REQUIRE(ledger.restore(before.state(), false));
  ledger.add(19, 2, kNow);  // came before, says nothing of later ones
  ledger.add(51, 10, kNow);
  CHECK(ledger.total() == LedgerCell{25, 0, 2, 5, 30});
  ledger.add(41, 5, kNow);  // arrives after all: received, neither late nor twice
  CHECK(ledger.total() == LedgerCell{30, 0, 2, 5, 25});
  ledger.add(71, 1, kNow);  // from here on as usual
  CHECK(ledger.total() == LedgerCell{31, 0, 2, 15, 25});
  ledger.add(11, 5, kNow);
  CHECK(ledger.total() == LedgerCell{36, 5, 2, 10, 25});

  SourceLedger exact;
  REQUIRE(exact.restore(before.state(), true));
  exact.add(51, 10, kNow);
  CHECK(exact.total() == LedgerCell{25, 0, 0, 35, 0});
}

TEST_CASE("agents: forgotten after the retention, with the sources that nothing came of") {
  AgentBook book = full_book();
  wire::AgentReport report;
  report.agent = "9f3c0a1b2c3d4e5f";
  report.lines = {{"c2", 8, 1}};
  book.add(std::move(report), kNow + 3 * kDay, "10.0.0.1");
  book.forget_before(kNow + 2 * kDay);
  REQUIRE(book.agents().size() == 1);
  CHECK(book.agents().begin()->second.sources.size() == 1);
}

TEST_CASE("agents: a source that is new takes the place of one that nothing came of for a day") {
  AgentBook book;
  const auto push = [&](const std::string& source, Timestamp at) {
    wire::AgentReport report;
    report.agent = "a";
    report.lines = {{source, 1, 1}};
    book.add(std::move(report), at, "10.0.0.1");
  };
  for (size_t i = 0; i < AgentBook::kMaxSources; ++i) push(std::to_string(i), kNow);
  push("new", kNow + kHour);
  CHECK(book.agents().at("a").sources.count("new") == 0);
  push("new", kNow + 25 * kHour);
  CHECK(book.agents().at("a").sources.count("new") == 1);
  CHECK(book.agents().at("a").sources.size() == AgentBook::kMaxSources);
}

TEST_SUITE_END();

}  // namespace logsvc::insight
