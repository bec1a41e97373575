#include <doctest/doctest.h>

#include "server/ingest/ingest_limits.h"
#include "server/ingest/service_name.h"
#include "support/batches.h"

namespace logsvc::server {
namespace {

using namespace logsvc::testing;

std::string service_of(Labels labels) {
  return std::string(with_service_name(LabelSet::from(std::move(labels))).get("service_name"));
}

// detected_level of an entry with these parts.
std::string level_of(Labels labels, Line line) {
  Batch batch;
  add_lines(batch, LabelSet::from(std::move(labels)), {std::move(line)});
  add_detected_level(batch.streams[0], batch.arena);
  std::string level;
  std::string_view before;
  for (const LabelView& pair : batch.streams[0].entries[0].metadata) {
    CHECK(before < pair.name);
    before = pair.name;
    if (pair.name == "detected_level") level = pair.value;
  }
  return level;
}

std::string faults_of(const LabelSet& labels, const Line& line, const IngestLimits& limits) {
  Metrics metrics;
  Batch batch;
  add_lines(batch, labels, {line});
  return enforce_limits(batch, limits, 1'800'000'000 * kSecond, metrics).rejections;
}

}  // namespace

TEST_SUITE_BEGIN("server");

TEST_CASE("service_name comes from the first label that names a service") {
  CHECK(service_of({{"job", "j"}, {"app", "a"}}) == "a");
  CHECK(service_of({{"k8s_job_name", "k"}, {"container", "c"}}) == "c");
  CHECK(service_of({{"service_name", "given"}, {"service", "s"}}) == "given");
  CHECK(service_of({{"other", "x"}}) == "unknown_service");
  CHECK(service_of({}) == "unknown_service");
}

TEST_CASE("detected_level: given, label, metadata, severity number, line") {
  CHECK(level_of({}, {1, "x", {{"detected_level", "WARNING"}, {"level", "info"}}}) == "warn");
  CHECK(level_of({}, {1, "x", {{"detected_level", "odd"}}}) == "odd");
  CHECK(level_of({{"level", "Error"}}, {1, "info", {{"level", "debug"}}}) == "error");
  CHECK(level_of({{"lvl", "한글"}}, {1, "info"}) == "한글");
  CHECK(level_of({}, {1, "error", {{"a", "1"}, {"severity", "dbg"}, {"z", "2"}}}) == "debug");
  CHECK(level_of({}, {1, "error", {{"severity_number", "13"}}}) == "warn");
  CHECK(level_of({}, {1, "error"}) == "error");
  CHECK(level_of({}, {1, ""}) == "unknown");
}

TEST_CASE("label limits count what was sent, and print what would be stored") {
  IngestLimits limits;
  limits.max_label_names = 2;
  const Timestamp now = 1'800'000'000 * kSecond;
  CHECK(faults_of(LabelSet::from({{"a", "1"}, {"b", "2"}}), {now, "x"}, limits).empty());
  CHECK(faults_of(LabelSet::from({{"a", "1"}, {"b", "2"}, {"job", "j"}}), {now, "x"}, limits) ==
        "entry for stream '{a=\"1\", b=\"2\", job=\"j\", service_name=\"j\"}' has 3 label names; "
        "limit 2");
  limits.max_label_name_bytes = 3;
  CHECK(
      faults_of(LabelSet::from({{"long", "1"}}), {now, "x"}, limits).ends_with("too long: 'long'"));
  limits.discover_service_name = false;
  CHECK(faults_of(LabelSet(), {now, "x"}, limits) ==
        "error at least one label pair is required per stream");
}

TEST_CASE("a hostile label set gets a short answer") {
  Labels labels;
  for (int i = 0; i < 100'000; ++i) labels.push_back({"l" + std::to_string(i), "v"});
  CHECK(faults_of(LabelSet::from(labels), {1, "x"}, {}).size() < 20'000);
  CHECK(faults_of(LabelSet::from({{"a", std::string(1 << 20, 'v')}}), {1, "x"}, {}).size() <
        40'000);
}

TEST_CASE("long lines are cut at a character if that is asked for") {
  IngestLimits limits;
  limits.max_line_bytes = 4;
  limits.cut_long_lines = true;
  Metrics metrics;
  Batch batch;
  add_lines(batch, LabelSet::from({{"a", "b"}}), {{1, "한글"}, {2, "abcdef"}});
  CHECK(enforce_limits(batch, limits, kHour, metrics).rejections.empty());
  CHECK(batch.streams[0].entries[0].line == "한");
  CHECK(batch.streams[0].entries[1].line == "abcd");
}

TEST_CASE("entries too far ahead are kept at the time of their arrival, in order, if wanted") {
  IngestLimits limits;
  limits.keep_future = true;
  const Timestamp now = 1'800'000'000 * kSecond;
  Metrics metrics;
  Batch batch;
  add_lines(batch, LabelSet::from({{"a", "b"}}),
            {{now + kHour, "1", {{"z", "v"}}}, {now + kHour, "1"}, {now + kMinute, "2"}});
  const LimitOutcome out = enforce_limits(batch, limits, now, metrics);
  CHECK(out.rejections.empty());
  CHECK(out.refused.empty());
  CHECK(out.kept_at_arrival == 2);
  const auto& entries = batch.streams[0].entries;
  CHECK(to_line(entries[0]) ==
        Line{now, "1", {{"original_time", "2027-01-15T09:00:00Z"}, {"z", "v"}}});
  CHECK(to_line(entries[1]) == Line{now + 1, "1", {{"original_time", "2027-01-15T09:00:00Z"}}});
  CHECK(to_line(entries[2]) == Line{now + kMinute, "2"});
}

TEST_CASE("what was refused is named by its numbers; all else is stored") {
  IngestLimits limits;
  limits.max_line_bytes = 4;
  const Timestamp now = 1'800'000'000 * kSecond;
  Metrics metrics;
  Batch batch;
  add_lines(batch, LabelSet::from({{"a", "b"}}), {{now, "fits"}, {now, "too long"}});
  add_lines(batch, LabelSet::from({{std::string(2000, 'n'), "b"}}), {{now, "x"}, {now, "y"}});
  add_lines(batch, LabelSet::from({{"c", "d"}}), {{now, "also"}, {now + kHour, "new"}});
  const LimitOutcome out = enforce_limits(batch, limits, now, metrics);
  CHECK(out.refused == std::vector<wire::EntryRange>{{1, 3}, {5, 1}});
  CHECK(wire::encode_entry_ranges(out.refused) == "1-3,5");
  CHECK(batch.entry_count() == 2);
}

TEST_CASE("times in other units than nanoseconds are refused by name; old ones are not") {
  const Timestamp now = 1'800'000'000 * kSecond;
  const auto fault = [&](Timestamp t) {
    return faults_of(LabelSet::from({{"a", "b"}}), {t, "x"}, IngestLimits());
  };
  CHECK(fault(now / kSecond).find("looks like seconds (2027-01-15T08:00:00Z)") !=
        std::string::npos);
  CHECK(fault(now / kMillisecond - 5).find("looks like milliseconds") != std::string::npos);
  CHECK(fault(now / kMicrosecond).find("looks like microseconds") != std::string::npos);
  for (const Timestamp old : {Timestamp{0}, Timestamp{1}, Timestamp{-5}, kSecond, kHour, kDay,
                              365 * kDay, 20 * 365 * kDay, 40 * 365 * kDay, now}) {
    CHECK(fault(old).empty());
  }
}

TEST_CASE("metadata can be switched off") {
  IngestLimits limits;
  limits.allow_metadata = false;
  CHECK(faults_of(LabelSet::from({{"a", "b"}}), {1, "x", {{"k", "v"}}}, limits)
            .find("includes structured metadata, but this feature is disallowed") !=
        std::string::npos);
}

TEST_SUITE_END();

}  // namespace logsvc::server
