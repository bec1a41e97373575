#include <doctest/doctest.h>
#include <snappy.h>

#include "support/batches.h"
#include "wire/metadata.h"
#include "wire/push_answer.h"
#include "wire/push_builder.h"
#include "wire/push_json.h"
#include "wire/push_protobuf.h"

namespace logsvc::wire {
namespace {

using namespace logsvc::testing;

Result<Batch> decode(const std::string& body) {
  LabelTextCache labels;
  return decode_push_protobuf(body, 1 << 20, labels);
}

std::string json_error(const char* body) {
  const auto batch = decode_push_json(body);
  return batch.ok() ? "" : batch.error().message;
}

}  // namespace

TEST_SUITE_BEGIN("wire");

TEST_CASE("protobuf pushes round-trip, any bytes in the line") {
  Batch batch;
  const std::vector<Line> lines = {{1'700'000'000'123'456'789, std::string("a\0\xFF", 3)},
                                   {-5, "before 1970"},
                                   {0, "", {{"trace_id", "x"}}}};
  add_lines(batch, LabelSet::from({{"app", "x\"y"}}), lines);
  const auto back = decode(encode_push_protobuf(batch.streams));
  REQUIRE(back.ok());
  REQUIRE(back->streams.size() == 1);
  CHECK(back->streams[0].labels == batch.streams[0].labels);
  for (size_t i = 0; i < lines.size(); ++i) CHECK(to_line(back->streams[0].entries[i]) == lines[i]);
}

TEST_CASE("a push cut at any byte is refused with Loki's words") {
  Batch batch;
  add_lines(batch, LabelSet::from({{"app", "x"}}), {{1, "hello"}, {2, "world"}});
  const std::string body = encode_push_protobuf(batch.streams);
  for (size_t cut = 0; cut < body.size(); ++cut) {
    const auto back = decode(body.substr(0, cut));
    REQUIRE_MESSAGE(!back.ok(), cut);
    CHECK(back.error().message == "snappy: corrupt input");
  }
  std::string message;
  snappy::Uncompress(body.data(), body.size(), &message);
  for (size_t cut = 1; cut < message.size(); ++cut) {
    LabelTextCache labels;
    const auto back = decode_push_message(message.substr(0, cut), labels);
    CHECK_MESSAGE(!back.ok(), cut);
  }
}

TEST_CASE("halves of characters in a JSON push become U+FFFD, whole ones stay") {
  const auto line_of = [](const std::string& escaped) {
    const auto batch = decode_push_json(R"({"streams":[{"stream":{"a":"b"},"values":[["1",")" +
                                        escaped + "\"]]}]}");
    return batch.ok() ? std::string(batch->streams[0].entries[0].line) : batch.error().message;
  };
  CHECK(line_of(R"(cut \ud83d)") == "cut \uFFFD");
  CHECK(line_of(R"(\ude00 cut)") == "\uFFFD cut");
  CHECK(line_of(R"(\uD83D\u0041 \ud83d\ud83d\ude00 \\ud83d)") ==
        "\uFFFDA \uFFFD\U0001F600 \\ud83d");
  CHECK(line_of(R"(\ud83d \u12)").starts_with("cannot read the push body as JSON"));
  CHECK(line_of(R"(\ud83d \x)").starts_with("cannot read the push body as JSON"));
}

TEST_CASE("a lie about the decoded size is refused before memory is taken") {
  CHECK(decode(std::string("\xFF\xFF\xFF\xFF\x0F", 5)).error().message ==
        "decompressed message size too large than max (4294967295 vs 1048576)");
  CHECK(decode(std::string("\x80\x80\x20", 3)).error().message == "snappy: corrupt input");
}

TEST_CASE("one label string that cannot be read refuses the request") {
  Batch batch;
  add_lines(batch, LabelSet::from({{"good", "x"}}), {{1, "hello"}});
  std::string message;
  std::string body = encode_push_protobuf(batch.streams);
  snappy::Uncompress(body.data(), body.size(), &message);
  message.replace(message.find("good"), 4, "go-d");
  LabelTextCache labels;
  CHECK(decode_push_message(message, labels).error().message ==
        "couldn't parse labels: 1:4: parse error: unexpected character inside braces: '-'");
}

TEST_CASE("JSON pushes: lines, metadata and the forms that clients send") {
  const auto batch = decode_push_json(
      R"({"streams":[{"stream":{"app":"x","n":5,"e":""},"values":[["1700000000000000000","l\u00e9\n"],)"
      R"(["1","m",{"trace.id":"a","n":7,"o":{"p":1},"none":null}],["2"]]},{"stream":{},"values":null},{}]})");
  REQUIRE_MESSAGE(batch.ok(), (batch.ok() ? "" : batch.error().message));
  REQUIRE(batch->streams.size() == 3);
  CHECK(batch->streams[0].labels.to_string() == R"({app="x", n="5"})");
  CHECK(batch->streams[0].entries[0].line == "l\xC3\xA9\n");
  CHECK(to_line(batch->streams[0].entries[1]).metadata ==
        Labels{{"n", "7"}, {"o", R"({"p":1})"}, {"trace_id", "a"}});
  CHECK(batch->streams[0].entries[2].line.empty());
  CHECK(decode_push_json("{}")->streams.empty());
  CHECK(
      decode_push_json(R"({"streams":[{"values":[null,["1","a"]]}]})")->streams[0].entries.size() ==
      1);
}

TEST_CASE("lines under a name that is not known are refused, not taken for none") {
  CHECK(json_error(R"({"streams":[{"labels":"{a=\"b\"}","entries":[]}]})") ==
        R"(streams[0]: "values" is missing, found "entries")");
  const auto batch = decode_push_json(
      R"({"Streams":[{"Stream":{"a":"b"},"Values":[["1","x"]]}],"streams":[{"stream":{"a":"c"},"values":[["2","y"]]}]})");
  REQUIRE_MESSAGE(batch.ok(), (batch.ok() ? "" : batch.error().message));
  CHECK(batch->entry_count() == 2);
  const auto legacy = decode_legacy_push_json(
      R"({"streams":[{"labels":"{a=\"b\"}","entries":[{"ts":"2026-01-01T00:00:00Z","line":5}]}]})");
  REQUIRE(!legacy.ok());
  CHECK(legacy.error().message == "streams[0].entries[0]: the line is not a string");
}

TEST_CASE("entries of a push can be picked by their numbers") {
  Batch batch;
  add_lines(batch, LabelSet::from({{"a", "1"}}), {{1, "0"}, {2, "1"}});
  add_lines(batch, LabelSet::from({{"a", "2"}}), {{3, "2"}, {4, "3"}});
  const std::string body = encode_push_protobuf(batch.streams);
  const auto picked = pick_entries(body, std::vector<EntryRange>{{1, 2}});
  REQUIRE(picked.ok());
  const auto back = decode(*picked);
  REQUIRE(back.ok());
  REQUIRE(back->streams.size() == 2);
  CHECK(back->streams[0].entries[0].line == "1");
  CHECK(back->streams[1].entries[0].line == "2");
  CHECK(!pick_entries(body, std::vector<EntryRange>{{3, 2}}).ok());
  CHECK(!pick_entries(body, {}).ok());
}

TEST_CASE("numbers of refused entries: round trip, and what else may stand there") {
  const std::vector<EntryRange> ranges = {{0, 1}, {3, 4}, {1000, 1}};
  CHECK(encode_entry_ranges(ranges) == "0,3-6,1000");
  CHECK(decode_entry_ranges("0,3-6,1000") == ranges);
  for (const char* bad : {"x", "1-", "-1", "5,3", "3-1", "1,,2", "1 ", "18446744073709551615"})
    CHECK_MESSAGE(!decode_entry_ranges(bad), bad);
  std::vector<EntryRange> many;
  for (uint64_t i = 0; i < 10'000; ++i) add_entry(many, 2 * i);
  CHECK(encode_entry_ranges(many).empty());
}

TEST_CASE("JSON faults name the place") {
  CHECK(json_error("") == "EOF");
  CHECK(json_error("garbage").find("cannot read the push body as JSON") == 0);
  CHECK(json_error("[1]") == "the push body is not a JSON object");
  CHECK(json_error(R"({"streams":[{"values":[["1","a"],[2,"b"]]}]})")
            .find("streams[0].values[1]: the timestamp") == 0);
  CHECK(json_error(R"({"streams":[{"values":[["1",5]]}]})") ==
        "streams[0].values[0]: the line is not a string");
  CHECK(json_error(R"({"streams":[{"values":[["1","a",null]]}]})").find("structured metadata") !=
        std::string::npos);
  CHECK(json_error(R"({"streams":[{"stream":{"a-b":"x"},"values":[]}]})")
            .find("couldn't parse labels: 1:3: ") != std::string::npos);
  CHECK(json_error(R"({"streams":5})").find("\"streams\" is not a list") != std::string::npos);
}

TEST_CASE("invalid UTF-8 in JSON becomes U+FFFD instead of an error") {
  const auto batch = decode_push_json(
      "{\"streams\":[{\"stream\":{\"a\":\"b\"},\"values\":[[\"1\",\"x\xFFy\"]]}]}");
  REQUIRE(batch.ok());
  CHECK(batch->streams[0].entries[0].line == "x\xEF\xBF\xBDy");
}

TEST_CASE("metadata names are made usable as Loki does") {
  CHECK(metadata_name("trace_id") == "trace_id");
  CHECK(metadata_name("a__b.c") == "a_b_c");
  CHECK(metadata_name("-b") == "_b");
  CHECK(metadata_name("1a") == "key_1a");
  CHECK(metadata_name("__x__") == "__x__");
  CHECK(metadata_name("\xC3\xA4").empty());
}

TEST_CASE("the legacy JSON form is read") {
  const auto batch = decode_legacy_push_json(
      R"({"streams":[{"labels":"{a=\"b\"}","entries":[{"ts":"2026-01-02T03:04:05.678Z","line":"x"}]}]})");
  REQUIRE(batch.ok());
  CHECK(batch->streams[0].entries[0].timestamp == parse_rfc3339("2026-01-02T03:04:05.678Z"));
  CHECK(!decode_legacy_push_json(R"({"streams":[{"labels":"{}","entries":[{"ts":"bad"}]}]})").ok());
}

TEST_CASE("a JSON body of null has no streams") {
  CHECK(decode_push_json("null")->streams.empty());
}

TEST_CASE("1e5 metadata pairs of one name are sorted out in no time") {
  std::vector<std::pair<std::string_view, std::string_view>> pairs(100'000, {"a.b", "x"});
  pairs.back().second = "last";
  pairs.push_back({"a_b", "not renamed"});
  pairs.push_back({"c", "1"});
  pairs.push_back({"c", "2"});
  Arena arena;
  const auto stored = store_metadata(arena, pairs);
  REQUIRE(stored.size() == 2);
  CHECK(stored[0].value == "last");
  CHECK(stored[1].value == "2");
}

TEST_CASE("millions of empty entries are refused, not kept") {
  std::string stream = "\x0a\x02{}";
  for (int i = 0; i < 1'000'000; ++i) stream += std::string("\x12\x00", 2);
  std::string message = "\x0a";
  for (size_t n = stream.size(); n > 0; n >>= 7) {
    message += static_cast<char>((n & 0x7F) | (n > 0x7F ? 0x80 : 0));
  }
  message += stream;
  LabelTextCache labels;
  CHECK(decode_push_message(message, labels, 16u << 20).error().code == ErrorCode::kTooLarge);
  CHECK(decode_push_message(message, labels)->entry_count() == 1'000'000);
}

TEST_SUITE_END();

}  // namespace logsvc::wire
