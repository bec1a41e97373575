#include <doctest/doctest.h>

#include "agent/journald/journal_target.h"
#include "support/pipeline_lines.h"

namespace logsvc::agent {
namespace {

using namespace logsvc::testing;

class MemoryStore : public LineStore {
 public:
  std::string position(const std::string& source) override { return positions[source]; }
  LineSink& sink() override { return lines; }
  bool commit(const std::string& source, const std::string& position) override {
    positions[source] = position;
    return true;
  }
  TextSink lines;
  std::map<std::string, std::string> positions;
};

}  // namespace

TEST_SUITE_BEGIN("agent");

TEST_CASE("journal entries: fields are labels to the rules, the message is the line") {
  TestJob job(
      "relabel_configs:\n"
      "- {source_labels: [__journal__systemd_unit], target_label: unit}\n"
      "- {source_labels: [__journal_priority_keyword], target_label: level}\n"
      "- {source_labels: [unit], regex: noise, action: drop}\n"
      "pipeline_stages:\n"
      "- multiline: {firstline: '^S', max_wait_time: 1s}\n");
  REQUIRE_MESSAGE(job.job, job.fault);
  MemoryStore store;
  JournalMetrics metrics(job.metrics);
  JournalLines lines(job.job, JournalConfig{7 * kHour, false, {{"job", "journal"}}, "", ""}, store,
                     job.clock, metrics);
  const auto add = [&](const char* cursor, const char* unit, const char* message) {
    lines.add({job.clock.now(),
               cursor,
               {{"_SYSTEMD_UNIT", unit}, {"PRIORITY", "3"}, {"MESSAGE", message}}});
  };
  add("c1", "ssh", "S one");
  add("c2", "noise", "S dropped");
  add("c3", "ssh", "more");
  add("c4", "ssh", "S two");
  REQUIRE(lines.commit());
  CHECK(store.lines.texts ==
        std::vector<std::string>{
            R"(2026-01-01T13:00:00Z {job="journal", level="error", unit="ssh"} S one\nmore)"});
  // The open block is read again after a kill.
  CHECK(store.positions["journal/test"] == "c3");
  job.clock.advance(2 * kSecond);
  lines.flush_due();
  REQUIRE(lines.commit());
  CHECK(store.lines.texts.size() == 2);
  CHECK(store.positions["journal/test"] == "c4");
}

TEST_CASE("journal: an empty message is a line, an entry without one is counted") {
  TestJob job("pipeline_stages: []\n");
  MemoryStore store;
  JournalMetrics metrics(job.metrics);
  JournalLines lines(job.job, JournalConfig{7 * kHour, false, {{"job", "journal"}}, "", ""}, store,
                     job.clock, metrics);
  lines.add({job.clock.now(), "c1", {{"MESSAGE", ""}, {"PRIORITY", "9"}}});
  lines.add({job.clock.now(), "c2", {{"PRIORITY", "3"}}});
  REQUIRE(lines.commit());
  CHECK(store.lines.texts == std::vector<std::string>{"2026-01-01T13:00:00Z {job=\"journal\"} "});
  CHECK(metrics.lines.value() == 1);
  CHECK(metrics.without_message.value() == 1);
  // The place is behind both entries.
  CHECK(store.positions["journal/test"] == "c2");
}

TEST_CASE("journal: entries that the rules leave no label are counted, and not sent") {
  TestJob job("pipeline_stages: []\n");
  MemoryStore store;
  JournalMetrics metrics(job.metrics);
  JournalLines lines(job.job, JournalConfig{7 * kHour, false, {}, "", ""}, store, job.clock,
                     metrics);
  lines.add({job.clock.now(), "c1", {{"MESSAGE", "x"}}});
  REQUIRE(lines.commit());
  CHECK(store.lines.texts.empty());
  CHECK(metrics.without_labels.value() == 1);
}

TEST_CASE("journal: a folder without a journal says so, or gives nothing") {
  const auto journal = open_journal({"/nonexistent-journal", ""});
  if (!journal.ok()) {
    CHECK(!journal.error().message.empty());
    return;
  }
  JournalEntry entry;
  const auto more = (*journal)->next(entry);
  CHECK((!more.ok() || !*more));
}

TEST_SUITE_END();

}  // namespace logsvc::agent
