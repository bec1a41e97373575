// What keeps streams few: labels that run away, and the streams of a source.
#include "server/ingest/ingest_guard.h"

#include <doctest/doctest.h>

#include "support/batches.h"
#include "support/fake_clock.h"
#include "support/mem_file_system.h"

namespace logsvc::server {
namespace {

using namespace logsvc::testing;

constexpr const char* kFile = "data/folded-labels.json";

struct World {
  FakeClock clock;
  MemFileSystem files;
  Metrics metrics;
  std::string said;
  Diagnostics diagnostics{clock, LogLevel::kInfo, LogFormat::kLogfmt,
                          [this](std::string_view line) { said += line; }};

  World() { REQUIRE(files.make_dirs("data").ok()); }
  IngestGuard guard(uint64_t max_values, bool fold = true, uint64_t max_streams = 0) {
    using Action = CardinalityOptions::Action;
    return IngestGuard(
        {{}, {}, max_streams, {fold ? Action::kFold : Action::kReject, max_values, kFile}}, files,
        clock, metrics, diagnostics);
  }
};

// A push of one line, and what came of it.
struct Pushed {
  Status status;
  Batch batch;
  const LabelSet& labels() const { return batch.streams[0].labels; }
  Line line() const { return to_line(batch.streams[0].entries[0]); }
};
Pushed push(IngestGuard& guard, Labels labels, Labels metadata = {}) {
  Pushed out;
  add_lines(out.batch, LabelSet::from(std::move(labels)), {{1, "line", std::move(metadata)}});
  out.status = guard.admit("10.0.0.1", out.batch, {1, 4}, "loki").status;
  return out;
}
Pushed push_user(IngestGuard& guard, int user, Labels metadata = {}) {
  return push(guard, {{"job", "j"}, {"userId", "u" + std::to_string(user)}}, std::move(metadata));
}

}  // namespace

TEST_SUITE_BEGIN("server");

TEST_CASE("a label that runs away becomes metadata, under its name") {
  World w;
  IngestGuard guard = w.guard(3);
  for (int user = 0; user < 3; ++user) CHECK(push_user(guard, user).labels().has("userId"));
  CHECK(guard.runaway().empty());
  const Pushed fourth = push_user(guard, 3, {{"trace", "t"}, {"userId", "own"}});
  CHECK(fourth.status.ok());
  CHECK(fourth.labels() == LabelSet::from({{"job", "j"}}));
  CHECK(fourth.line().metadata ==
        Labels{{"trace", "t"}, {"userId", "u3"}, {"userId_extracted", "own"}});
  // From now on all of them, so that streams do not depend on which value came first.
  CHECK(push_user(guard, 0).labels() == LabelSet::from({{"job", "j"}}));
  REQUIRE(guard.runaway().size() == 1);
  CHECK(guard.runaway()[0].name == "userId");
  CHECK(guard.runaway()[0].action == RunawayLabel::Action::kFolded);
  CHECK(w.said.find("label=userId") != std::string::npos);
  CHECK(w.metrics.text().find("logsvc_ingest_folded_entries_total 2\n") != std::string::npos);
  CHECK(w.metrics.text().find("logsvc_ingest_runaway_labels 1\n") != std::string::npos);
}

TEST_CASE("streams of a push that become the same are one") {
  World w;
  IngestGuard guard = w.guard(1);
  Batch batch;
  for (int i = 0; i < 4; ++i) {
    add_lines(batch, LabelSet::from({{"a", std::to_string(i)}, {"job", "j"}}),
              {{i, "line " + std::to_string(i)}});
  }
  add_lines(batch, LabelSet::from({{"job", "k"}}), {{9, "other"}});
  REQUIRE(guard.admit("x", batch, {5, 30}, "loki").status.ok());
  REQUIRE(batch.streams.size() == 2);
  REQUIRE(batch.streams[0].entries.size() == 4);
  for (int i = 0; i < 4; ++i) {
    CHECK(to_line(batch.streams[0].entries[static_cast<size_t>(i)]) ==
          Line{i, "line " + std::to_string(i), {{"a", std::to_string(i)}}});
  }
  CHECK(batch.streams[1].labels == LabelSet::from({{"job", "k"}}));
}

TEST_CASE("a stream keeps a label, whatever is folded") {
  World w;
  IngestGuard guard = w.guard(1);
  CHECK(push(guard, {{"a", "1"}}).status.ok());
  CHECK(push(guard, {{"a", "2"}}).labels() ==
        LabelSet::from({{"service_name", "unknown_service"}}));
}

TEST_CASE("labels that say where lines come from are never touched") {
  for (const bool fold : {true, false}) {
    World w;
    IngestGuard guard = w.guard(2, fold);
    for (const char* name :
         {"job", "service", "service_name", "host", "level", "container", "namespace"}) {
      for (int i = 0; i < 5; ++i) {
        const Labels labels = {{name, "v" + std::to_string(i)}, {"z", "1"}};
        const Pushed pushed = push(guard, labels);
        CHECK(pushed.status.ok());
        CHECK(pushed.labels() == LabelSet::from(labels));
      }
    }
    CHECK(guard.runaway().size() == 7);  // but they are told
    CHECK(guard.runaway()[0].action == RunawayLabel::Action::kNone);
  }
}

TEST_CASE(
    "with reject, pushes with further values are refused in Loki's words, known ones are not") {
  World w;
  IngestGuard guard = w.guard(2, false);
  CHECK(push_user(guard, 1).status.ok());
  CHECK(push_user(guard, 2).status.ok());
  const Status refused = push_user(guard, 3).status;
  REQUIRE(!refused.ok());
  CHECK(refused.error().code == ErrorCode::kLimit);
  CHECK(refused.error().message ==
        "maximum active stream limit exceeded when trying to create stream {job=\"j\", "
        "userId=\"u3\"}, reduce the number of active streams (reduce labels or reduce label "
        "values), or contact your Loki administrator to see if the limit can be increased, user: "
        "'fake': the label userId has more than 2 values a day (--max-label-values)");
  CHECK(push_user(guard, 1).status.ok());
  CHECK(!push_user(guard, 3).status.ok());
  CHECK(guard.runaway()[0].action == RunawayLabel::Action::kRejected);
  REQUIRE(guard.refused().size() == 1);
  CHECK(guard.refused()[0].pushes == 2);
  CHECK(w.metrics.text().find("loki_discarded_samples_total{reason=\"stream_limit\"") !=
        std::string::npos);
  CHECK(!w.files.exists(kFile));
}

TEST_CASE("values count for a day, and a label that has few again is left alone") {
  World w;
  IngestGuard guard = w.guard(4);
  for (int hour = 0; hour < 100; ++hour) {  // one an hour: 24 a day are too many, one in 8 h is not
    CHECK(push_user(guard, hour).labels().has("userId"));
    w.clock.advance(8 * kHour);
  }
  for (int user = 1000; user < 1005; ++user) (void)push_user(guard, user);
  REQUIRE(guard.runaway().size() == 1);
  // It goes on for two days with few values, and is folded for the first of them.
  const auto is_folded = [&] { return !push_user(guard, 1).labels().has("userId"); };
  for (int hour = 0; hour < 24 + 22; ++hour) {
    w.clock.advance(kHour);
    CHECK(is_folded());
  }
  for (int hour = 0; hour < 4; ++hour) {
    w.clock.advance(kHour);
    (void)is_folded();
  }
  CHECK(!is_folded());
  CHECK(guard.runaway().empty());
  CHECK(w.files.read_all(kFile)->find("userId") == std::string::npos);
}

TEST_CASE("what is folded stays so over a restart") {
  World w;
  {
    IngestGuard guard = w.guard(1);
    (void)push_user(guard, 1);
    (void)push_user(guard, 2);
  }
  w.files.drop_unsynced();
  IngestGuard guard = w.guard(1);
  CHECK(!push_user(guard, 1).labels().has("userId"));
  CHECK(guard.runaway()[0].since == w.clock.now());
}

TEST_CASE("a damaged file of folded labels is set aside") {
  for (const char* text : {"", "{", "[]", "{\"folded\":[1]}", "\xff"}) {
    World w;
    CAPTURE(text);
    REQUIRE(w.files.replace(kFile, text).ok());
    IngestGuard guard = w.guard(1);
    CHECK(guard.runaway().empty());
    CHECK(w.files.exists(std::string(kFile) + ".bad"));
    (void)push_user(guard, 1);
    CHECK(!push_user(guard, 2).labels().has("userId"));
  }
  World w;  // names that are never folded, and times that are none, are left out
  REQUIRE(w.files.replace(kFile, R"({"folded":{"job":1,"a":"x","b":5}})").ok());
  const IngestGuard guard = w.guard(1);
  REQUIRE(guard.runaway().size() == 1);
  CHECK(guard.runaway()[0].name == "b");
}

TEST_CASE("invented names and values stay within their bounds") {
  LabelValues values(1000);
  uint64_t most = 0;
  for (uint64_t name = 0; name < 2000; ++name) {
    for (uint64_t value = 0; value < 300; ++value)
      (void)values.add("n" + std::to_string(name), std::to_string(value), 1);
    uint64_t all = 0;
    if (name % 500 != 499) continue;
    for (uint64_t n = 0; n <= name; ++n) all += values.count("n" + std::to_string(n), 1);
    most = std::max(most, all);
  }
  CHECK(most > 0);
  CHECK(most <= LabelValues::kMaxNames * 300);
}

TEST_CASE("a source has so many streams; an hour after its last push one is free again") {
  World w;
  IngestGuard guard = w.guard(0, true, 3);
  for (int user = 0; user < 3; ++user) CHECK(push_user(guard, user).status.ok());
  const Status refused = push_user(guard, 3).status;
  REQUIRE(!refused.ok());
  CHECK(refused.error().message.find("--max-streams-per-source 3, of 10.0.0.1") !=
        std::string::npos);
  Batch other;
  add_lines(other, LabelSet::from({{"userId", "u3"}}), {{1, "line"}});
  CHECK(guard.admit("10.0.0.2", other, {1, 4}, "loki").status.ok());
  w.clock.advance(40 * kMinute);
  CHECK(push_user(guard, 0).status.ok());
  CHECK(!push_user(guard, 3).status.ok());
  w.clock.advance(40 * kMinute);
  CHECK(push_user(guard, 3).status.ok());
  CHECK(push_user(guard, 4).status.ok());
  CHECK(!push_user(guard, 5).status.ok());
}

TEST_CASE("a push with one stream too many counts none of its new ones") {
  World w;
  IngestGuard guard = w.guard(0, true, 2);
  Batch batch;
  for (int i = 0; i < 3; ++i)
    add_lines(batch, LabelSet::from({{"a", std::to_string(i)}}), {{1, "line"}});
  CHECK(!guard.admit("10.0.0.1", batch, {3, 12}, "loki").status.ok());
  CHECK(push_user(guard, 0).status.ok());
  CHECK(push_user(guard, 1).status.ok());
  CHECK(!push_user(guard, 2).status.ok());
}

TEST_CASE("sources that were refused are bounded, and forgotten after a day") {
  World w;
  IngestGuard guard = w.guard(0, true, 1);
  for (size_t i = 0; i < 2 * IngestGuard::kMaxRefused; ++i) {
    Batch batch;
    for (const char* value : {"1", "2"})
      add_lines(batch, LabelSet::from({{"a", value}}), {{1, "line"}});
    CHECK(!guard.admit("s" + std::to_string(i), batch, {2, 8}, "loki").status.ok());
    w.clock.advance(kSecond);
  }
  CHECK(guard.refused().size() == IngestGuard::kMaxRefused);
  CHECK(guard.refused()[0].name == "s199");
  CHECK(guard.refused()[0].lines == 2);
  w.clock.advance(kDay);
  CHECK(guard.refused().empty());
}

TEST_SUITE_END();

}  // namespace logsvc::server
