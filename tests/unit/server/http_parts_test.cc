#include <doctest/doctest.h>

#include "http/body_encoding.h"
#include "server/ingest/ingest_limits.h"
#include "server/live/tail_session.h"
#include "server/query/answer_text.h"
#include "server/query/response_json.h"
#include "server/transport/params.h"
#include "server/transport/websocket_handshake.h"
#include "support/batches.h"
#include "support/fake_clock.h"
#include "support/mem_file_system.h"

namespace logsvc::server {
namespace {

using namespace logsvc::testing;

http::Request get(const std::string& target) {
  http::Request request;
  request.method = "GET";
  request.target = target;
  return request;
}

}  // namespace

TEST_SUITE_BEGIN("server");

TEST_CASE(
    "time parameters: ten digits are seconds, more are nanoseconds, a point means float seconds") {
  CHECK(*parse_time_parameter("1700000000") == 1700000000 * kSecond);
  CHECK(*parse_time_parameter("1700000000000000001") == 1700000000000000001);
  CHECK(*parse_time_parameter("1700000000.5") == 1700000000 * kSecond + 500 * kMillisecond);
  CHECK(*parse_time_parameter("2026-01-01T00:00:00Z") == *parse_rfc3339("2026-01-01T00:00:00Z"));
  CHECK(parse_time_parameter("foo").error().message ==
        "strconv.ParseInt: parsing \"foo\": invalid syntax");
}

TEST_CASE("time parameters beyond the ends are the ends") {
  constexpr Timestamp kFirst = std::numeric_limits<Timestamp>::min();
  constexpr Timestamp kLast = std::numeric_limits<Timestamp>::max();
  CHECK(*parse_time_parameter("9999999999") == kLast);
  CHECK(*parse_time_parameter("9223372036") == 9'223'372'036 * kSecond);
  CHECK(*parse_time_parameter("-999999999") == -999'999'999 * kSecond);
  CHECK(*parse_time_parameter("9999999999.5") == kLast);
  CHECK(*parse_time_parameter("-9999999999.5") == kFirst);
  CHECK(*parse_time_parameter("-9223372036854775808") == kFirst);
  CHECK(*parse_time_parameter("9223372036854775807") == kLast);
  CHECK(!parse_time_parameter("9223372036854775808").ok());
  const auto range = Params(get("/x?start=-9223372036854775808&end=9999999999")).range(0);
  REQUIRE(range.ok());
  CHECK(range->start == kFirst);
  CHECK(range->end == kLast);
  CHECK(default_step(*range) == 36'893'488 * kSecond);
  CHECK(!check_step(*range, kSecond).ok());
  CHECK(check_step(*range, kLast).ok());
  CHECK(check_step({kLast, kFirst}, kSecond).ok());
  CHECK(Params(get("/x?end=-9223372036854775808&since=290y")).range(0)->start == kFirst);
}

TEST_CASE("query parameters and their errors in Loki's words") {
  const Timestamp now = 1'800'000'000 * kSecond;
  CHECK(Params(get("/x")).range(now)->start == now - kHour);
  CHECK(Params(get("/x?since=5m&end=1000")).range(now)->start == 1000 * kSecond - 5 * kMinute);
  CHECK(Params(get("/x?start=foo")).range(now).error().message ==
        "could not parse 'start' parameter: strconv.ParseInt: parsing \"foo\": invalid syntax");
  CHECK(Params(get("/x?limit=abc")).limit(1).error().message ==
        "strconv.Atoi: parsing \"abc\": invalid syntax");
  CHECK(Params(get("/x?limit=0")).limit(1).error().message == "limit must be a positive value");
  CHECK(Params(get("/x?direction=up")).direction().error().message == "invalid direction 'up'");
  CHECK(*Params(get("/x?step=15000ms")).step("step", 0) == 15 * kSecond);
  CHECK(*Params(get("/x?step=0.5")).step("step", 0) == 500 * kMillisecond);
  CHECK(Params(get("/x?query=%7Ba%3D%22b+c%22%7D")).text("query") == "{a=\"b c\"}");
}

TEST_CASE("a % that is no escape is refused in Go's words") {
  CHECK(check_escapes(get("/x?query=50%25&a=%c3%A9")).ok());
  CHECK(check_escapes(get("/x?query=%zz")).error().message == "invalid URL escape \"%zz\"");
  CHECK(check_escapes(get("/x?a=1%&b=2")).error().message == "invalid URL escape \"%\"");
  CHECK(check_escapes(get("/x%zz")).ok());
}

TEST_CASE("of a form and a URL that name the same parameter the form is heard") {
  http::Request request = get("/x?limit=5&query=url&match=a");
  request.method = "POST";
  request.headers.add("Content-Type", "Application/X-WWW-Form-Urlencoded; charset=utf-8");
  request.body = "query=form&match=b";
  const Params params(request);
  CHECK(params.text("query") == "form");
  CHECK(params.text("limit") == "5");
  CHECK(params.all("match") == std::vector<std::string>{"b", "a"});
  CHECK(params.url_text("query") == "url");
}

TEST_CASE("sample values are shortest decimals without exponent") {
  CHECK(format_sample_value(1e6) == "1000000");
  CHECK(format_sample_value(1e-7) == "0.0000001");
  CHECK(format_sample_value(0.1) == "0.1");
  CHECK(format_sample_value(std::nan("")) == "NaN");
  CHECK(format_sample_value(-INFINITY) == "-Inf");
}

TEST_CASE("bodies: encodings, lies and limits") {
  http::MemoryLease memory;
  CHECK(*decode_body("x", "", 10, memory) == "x");
  CHECK(*decode_body("x", "snappy", 10, memory) == "x");
  CHECK(decode_body("x", "br", 10, memory).error().message ==
        "Content-Encoding \"br\" not supported");
  for (const char* name : {"gzip", "x-gzip", "application/gzip"})
    CHECK(decode_body("not gzip", name, 10, memory).error().message == "gzip: invalid header");
  // gzip of 1000 zeros.
  const std::string zeros(
      "\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\x03\x63\x60\x18\x05\xa3\x80\xee\x00\x00\xe3\xd9\xae\x06"
      "\xe8\x03\x00\x00",
      27);
  const auto decoded = decode_body(zeros.substr(0, 20), "gzip", 10'000, memory);
  CHECK(!decoded.ok());
}

TEST_CASE("limits take single entries out and say why") {
  Metrics metrics;
  IngestLimits limits;
  limits.max_line_bytes = 5;
  const Timestamp now = 1'800'000'000 * kSecond;
  Batch batch;
  add_lines(batch, LabelSet::from({{"a", "b"}}),
            {{now, "fits"}, {now, "too long"}, {now + kHour, "new"}});
  const std::string rejections = enforce_limits(batch, limits, now, metrics).rejections;
  CHECK(batch.entry_count() == 1);
  CHECK(rejections.find("max entry size '5' bytes exceeded for stream '{a=\"b\", "
                        "service_name=\"unknown_service\"}' while adding an "
                        "entry with length '8' bytes") != std::string::npos);
  CHECK(rejections.find("timestamp too new: 2027-01-15T09:00:00Z") != std::string::npos);
  CHECK(metrics.text().find("loki_discarded_samples_total{reason=\"line_too_long\",tenant=\"fake\","
                            "retention_hours=\"\","
                            "policy=\"\",format=\"loki\"} 1") != std::string::npos);
}

TEST_CASE("the text of an answer holds about what it takes, however small its parts are") {
  logql::QueryRun run;
  run.memory = std::make_shared<logql::MemoryAccount>(nullptr, 0);
  AnswerText answer(run);
  constexpr size_t kPart = 40, kParts = 10'000;
  for (size_t i = 0; i < kParts; ++i) {
    REQUIRE(answer.make_room(2 * kPart).ok());
    answer.text().append(kPart, 'x');
    REQUIRE(run.memory->held_bytes() >= answer.text().capacity());
    REQUIRE(run.memory->peak_bytes() < 4 * answer.text().size() + 4 * kPart);
  }
  // What was said to be less is held once it is known.
  answer.text().append(4 * kPart * kParts, 'x');
  REQUIRE(answer.make_room(0).ok());
  CHECK(run.memory->held_bytes() >= answer.text().size());
}

TEST_CASE("the WebSocket handshake of RFC 6455") {
  http::Request request = get("/loki/api/v1/tail");
  request.headers.add("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==");
  CHECK(websocket_accept(request).empty());
  request.headers.add("Sec-WebSocket-Version", "13");
  CHECK(websocket_accept(request).find("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=") != std::string::npos);
}

TEST_CASE("a reader of the tail: history once, matching entries, drops listed and counted") {
  const LabelSet wanted = LabelSet::from({{"a", "b"}});
  LiveFeed feed(std::move(*logql::TailQuery::parse("{a=\"b\"} |= \"x\"")));
  const auto reader = [&](uint64_t most) {
    TailOptions options;
    options.max_queued_entries = most;
    auto tail = std::make_shared<TailSession>(TailForm::kPlain, 0, options);
    feed.join(tail);
    return tail;
  };
  const auto live = reader(10);
  CHECK(!feed.offer(make_batch(LabelSet::from({{"a", "c"}}), {{1, "x"}}), 0));
  CHECK(feed.offer(make_batch(wanted, {{5, "x in both"}, {6, "y"}, {7, "x new"}}), 0));
  feed.form();
  live->set_history({{wanted.labels(), {5, "x in both", {}, {}}}}, 0);
  const auto frames = live->take_frames(0);
  REQUIRE(frames.size() == 1);
  CHECK(
      frames[0].text() ==
      R"({"streams":[{"stream":{"a":"b"},"values":[["5","x in both"]]},{"stream":{"a":"b"},"values":[["7","x new"]]}]})");

  const auto small = reader(2);
  feed.offer(make_batch(wanted, {{1, "x"}, {2, "x"}, {3, "x"}}), 0);
  feed.form();
  CHECK(small->dropped_total() == 3);
  const auto dropped = small->take_frames(0);
  REQUIRE(dropped.size() == 1);
  CHECK(dropped[0].text().find(R"("dropped_entries":[{"timestamp":"1","labels":{"a":"b"}})") !=
        std::string::npos);
}

TEST_CASE("of lines that nobody looked at the tail lists the range and counts all") {
  const LabelSet wanted = LabelSet::from({{"a", "b"}});
  LiveFeed::Limits limits;
  limits.waiting_entries = 1;
  LiveFeed feed(std::move(*logql::TailQuery::parse("{a=\"b\"}")), limits);
  auto tail = std::make_shared<TailSession>(TailForm::kPlain, 0);
  feed.join(tail);
  tail->set_history({}, 0);
  feed.offer(make_batch(wanted, {{1, "x"}, {2, "x"}, {3, "x"}}), 0);
  while (feed.form()) {
  }
  CHECK(tail->dropped_total() == 3);
  const auto frames = tail->take_frames(0);
  REQUIRE(frames.size() == 1);
  CHECK(
      frames[0].text() ==
      R"({"streams":[],"dropped_entries":[{"timestamp":"1","labels":{}},{"timestamp":"3","labels":{}}]})");
}

TEST_CASE("a tail with a delay keeps lines back for it") {
  LiveFeed feed(std::move(*logql::TailQuery::parse("{a=\"b\"}")));
  auto tail = std::make_shared<TailSession>(TailForm::kPlain, 2 * kSecond);
  feed.join(tail);
  tail->set_history({}, 0);
  feed.offer(make_batch(LabelSet::from({{"a", "b"}}), {{1, "x"}}), 0);
  feed.form();
  CHECK(tail->take_frames(kSecond).empty());
  CHECK(tail->take_frames(2 * kSecond).size() == 1);
}

TEST_SUITE_END();

}  // namespace logsvc::server
