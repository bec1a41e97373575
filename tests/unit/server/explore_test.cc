#include <doctest/doctest.h>

#include "server/explore/detected_fields.h"
#include "server/explore/field_type.h"
#include "server/explore/json_path.h"
#include "server/explore/pattern_miner.h"
#include "server/explore/volume.h"
#include "support/memory_log_source.h"

namespace logsvc::server {
namespace {

using namespace logsvc::testing;
using Path = std::vector<std::string>;

// {a="1"} 5@1000 3@3000 as text.
std::string shown(const std::vector<logql::ResultSeries>& rows) {
  std::string out;
  for (const auto& row : rows) {
    out += format_labels(row.labels);
    for (const auto& sample : row.samples) {
      out += " " + std::to_string(static_cast<int64_t>(sample.value)) + "@" +
             std::to_string(sample.timestamp_ms);
    }
    out += "\n";
  }
  return out;
}

VolumeRequest wants(const char* name, const char* value) {
  VolumeRequest out;
  out.matchers.push_back(*Matcher::make(MatchType::kRegex, name, value));
  return out;
}

const DetectedField& named(const std::vector<DetectedField>& fields, const std::string& name) {
  for (const DetectedField& field : fields) {
    if (field.name == name) return field;
  }
  FAIL("no field " << name);
  return fields.front();
}

}  // namespace

TEST_SUITE_BEGIN("server");

TEST_CASE("volume buckets end at multiples of the step") {
  const auto buckets = volume_buckets({150, 500}, 200);
  REQUIRE(buckets.size() == 3);
  CHECK((buckets[0].start == 150 && buckets[0].end == 200));
  CHECK((buckets[1].start == 200 && buckets[1].end == 400));
  CHECK((buckets[2].start == 400 && buckets[2].end == 500));
  CHECK(volume_buckets({5, 5}, 10).empty());
  CHECK(volume_buckets({-150, 0}, 100)[0].end == -100);
  constexpr Timestamp kFirst = std::numeric_limits<Timestamp>::min();
  constexpr Timestamp kLast = std::numeric_limits<Timestamp>::max();
  const auto all = volume_buckets({kFirst, kLast}, kLast);
  REQUIRE(all.size() == 3);
  CHECK(all[0].end == -kLast);
  CHECK(all[1].end == 0);
  CHECK(all[2].end == kLast);
  CHECK(volume_buckets({5, 7}, 0).size() == 1);
}

TEST_CASE("volumes by matched labels, target labels, names and full sets; the largest first") {
  MemoryLogSource source;
  source.add(LabelSet::from({{"app", "a"}, {"env", "x"}}), {kSecond, "12345"});
  source.add(LabelSet::from({{"app", "b"}, {"env", "x"}}), {kSecond, "1234567"});
  source.add(LabelSet::from({{"app", "b"}, {"env", "y"}}), {3 * kSecond, "1"});
  source.add(LabelSet::from({{"app", "c"}}), {kSecond, "12"});
  const auto buckets = volume_buckets({0, 4 * kSecond}, 2 * kSecond);
  VolumeRequest by_app = wants("app", ".+");
  CHECK(shown(*volumes(source, by_app, buckets)) ==
        "{app=\"b\"} 7@1999 1@4000\n{app=\"a\"} 5@1999\n{app=\"c\"} 2@1999\n");
  VolumeRequest by_env = by_app;
  by_env.target_labels = {"env"};
  CHECK(shown(*volumes(source, by_env, buckets)) == "{env=\"x\"} 12@1999\n{env=\"y\"} 1@4000\n");
  VolumeRequest by_name = by_app;
  by_name.by_label_name = true;
  CHECK(shown(*volumes(source, by_name, {{0, 4 * kSecond}})) ==
        "{app=\"\"} 15@4000\n{env=\"\"} 13@4000\n");
  VolumeRequest all;
  all.limit = 1;
  CHECK(shown(*volumes(source, all, {{0, 4 * kSecond}})) == "{app=\"b\", env=\"x\"} 7@4000\n");
  all.max_series = 3;
  CHECK(volumes(source, all, buckets).error().message ==
        "the query hit the max number of series limit (limit: 3 series)");
}

TEST_CASE("types of values") {
  CHECK(field_type("-12") == std::string("int"));
  CHECK(field_type("12345678901234567890") == std::string("float"));
  CHECK(field_type("1e3") == std::string("float"));
  CHECK(field_type("true") == std::string("boolean"));
  CHECK(field_type("1m30s") == std::string("duration"));
  CHECK(field_type("2 KiB") == std::string("bytes"));
  CHECK(field_type("17KB") == std::string("bytes"));
  CHECK(field_type("5Gi") == std::string("bytes"));
  CHECK(field_type("1,024") == std::string("bytes"));
  CHECK(field_type("1.2.3b") == std::string("string"));
  CHECK(field_type("1e999") == std::string("string"));
  CHECK(field_type("") == std::string("string"));
  CHECK(field_type("2026-01-15T12:47:00Z") == std::string("string"));
  CHECK(is_uuid("123e4567-e89b-12d3-a456-426614174000"));
  CHECK(!is_uuid("123e4567xe89b-12d3-a456-426614174000"));
}

TEST_CASE("sizes are offered for queries as LogQL writes them") {
  CHECK(query_text("1.5 KiB") == "1.5kB");
  CHECK(query_text("20GiB") == "22GB");
  CHECK(query_text("512") == "512");
  CHECK(query_text("GET") == "GET");
  CHECK(query_text("4 apples") == "4 apples");
}

TEST_CASE("the path of a joined JSON key, also before a fault") {
  const std::string line = R"({"a":{"b-c":[{"d":1}],"d":2},"a/d":3,"x":4,)";
  CHECK(json_path(line, "a_d") == Path{"a", "d"});
  CHECK(json_path(line, "x") == Path{"x"});
  CHECK(json_path(line, "a_b_c_d").empty());
  CHECK(json_path(line, "a").empty());
  CHECK(json_path("[1]", "a").empty());
}

TEST_CASE("fields of JSON and logfmt lines, of metadata and of the query's own stages") {
  FieldDetector detector(100);
  logql::ResultStream stream{{{"level", "info"}}, {}};
  stream.entries.push_back({3, R"({"level":"warn","u":{"id":7}})", {{"trace", "t1"}}, {}});
  stream.entries.push_back({2, "dur=5ms u_id=8 empty=", {{"trace", "t2"}}, {{"mine", "x"}}});
  stream.entries.push_back({1, "no fields", {}, {{"__error__", "E"}}});
  CHECK(detector.add(stream).ok());
  const auto fields = *detector.take();
  CHECK(fields.size() == 5);
  CHECK(named(fields, "trace").parsers.empty());
  CHECK(named(fields, "trace").values.size() == 2);
  CHECK(named(fields, "level_extracted").json_path == Path{"level"});
  CHECK(named(fields, "u_id").parsers == Path{"json", "logfmt"});
  CHECK(named(fields, "u_id").json_path == Path{"u", "id"});
  CHECK(named(fields, "dur").type == "duration");
  CHECK(named(fields, "mine").parsers == Path{"logfmt"});
}

TEST_CASE("fields beyond the limit are left out") {
  FieldDetector detector(2);
  CHECK(detector.add({{}, {{1, "a=1 b=2 c=3", {}, {}}}}).ok());
  CHECK(detector.take()->size() == 2);
}

TEST_CASE("lines of one shape make a pattern, counted by bucket and level") {
  PatternMiner miner(10 * kSecond);
  miner.add(1 * kSecond, "level=info msg=\"call 1\" dur=5ms", "info");
  miner.add(2 * kSecond, "level=info msg=\"call 22\" dur=6ms", "info");
  miner.add(12 * kSecond, "level=info msg=\"done 22\" dur=6ms", "info");
  miner.add(12 * kSecond, "level=info msg=\"call 3\" dur=6ms", "error");
  miner.add(13 * kSecond, "nothing like it", "info");
  const auto patterns = miner.take(10);
  REQUIRE(patterns.size() == 3);
  CHECK(patterns[0].text == "level=info msg=\"<_> <_>\" dur=<_>");
  CHECK(patterns[0].lines == 3);
  CHECK(patterns[0].samples.at(0) == 2);
  CHECK(patterns[0].samples.at(10 * kSecond) == 1);
  CHECK(patterns[1].text == "level=info msg=\"call <_>\" dur=<_>");
  CHECK(patterns[1].level == "error");
  CHECK(miner.take(10).empty());
}

TEST_CASE("hostile lines do not grow the miner without bound") {
  PatternMiner miner(10 * kSecond);
  miner.add(1, std::string(1'000'000, ' '), "info");
  std::string words;
  for (int i = 0; i < 100'000; ++i) words += "word ";
  miner.add(1, words, "info");
  for (int i = 0; i < 10'000; ++i)
    miner.add(1, std::string(static_cast<size_t>(i % 5000), '='), "info");
  const auto patterns = miner.take(100'000);
  CHECK(patterns.size() <= 2000);
}

TEST_SUITE_END();

}  // namespace logsvc::server
