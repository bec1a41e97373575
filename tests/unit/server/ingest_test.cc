#include <doctest/doctest.h>

#include "server/discovery.h"
#include "server/ingest_limits.h"
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
  return enforce_limits(batch, limits, 1'800'000'000 * kSecond, metrics);
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
  CHECK(enforce_limits(batch, limits, kHour, metrics).empty());
  CHECK(batch.streams[0].entries[0].line == "한");
  CHECK(batch.streams[0].entries[1].line == "abcd");
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
