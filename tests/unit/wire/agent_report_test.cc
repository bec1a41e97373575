#include "wire/agent_report.h"

#include <doctest/doctest.h>

namespace logsvc::wire {
namespace {

AgentReport sample() {
  AgentReport r;
  r.agent = "9f3c0a1122334455";
  r.host = "app-1";
  r.version = "1.4.0";
  r.clock = 1'764'055'378'123'456'789;
  r.started = 1'764'050'000'000'000'001;
  r.containers = 12;
  r.spool_bytes = 81'234;
  r.spool_lines = 310;
  r.spool_age = 1200 * kMillisecond;
  r.dropped = {{"refused", 3}, {"spool_full", 9}};
  r.set_aside = 3;
  r.clock_offset = -12 * kMillisecond;
  r.retries = 4;
  r.error = "connection refused";
  r.error_at = 1'764'055'300'000'000'000;
  r.lines = {{"3f2a9c4b1d00", 1041, 250}, {"a0b1c2d3e4f5", 7, 1}};
  r.sources = {
      {"3f2a9c4b1d00", "api-1", "json-file", "file", 1'764'055'378'120 * kMillisecond, 0, true},
      {"a0b1c2d3e4f5", "queue-1", "local", "api", 0, -1, false}};
  return r;
}

std::string refusal(const std::string& header) {
  const auto report = decode_agent_report(header);
  return report.ok() ? "" : report.error().message;
}

}  // namespace

TEST_SUITE_BEGIN("wire");

TEST_CASE("an agent's report round-trips, and every cut form of it is refused") {
  const std::string text = encode_agent_report(sample());
  const auto back = decode_agent_report(text);
  REQUIRE(back.ok());
  CHECK(*back == sample());
  for (size_t cut = 0; cut < text.size(); ++cut)
    CHECK(!decode_agent_report(text.substr(0, cut)).ok());
  AgentReport bare;
  bare.agent = "a";
  CHECK(*decode_agent_report(encode_agent_report(bare)) == bare);
}

TEST_CASE("the bytes of version 1 are what they have always been") {
  const std::string text =
      R"({"v":1,"agent":"9f3c0a1122334455","host":"app-1","version":"1.4.0",)"
      R"("clock":"1764055378123456789","started":"1764050000000000001","containers":12,)"
      R"("spool":{"bytes":81234,"lines":310,"age_ms":1200},)"
      R"("dropped":{"refused":3,"spool_full":9},"set_aside":3,"offset_ms":-12,"retries":4,)"
      R"("error":"connection refused","error_at":"1764055300000000000",)"
      R"("lines":[["3f2a9c4b1d00",1041,250],["a0b1c2d3e4f5",7,1]],)"
      R"("sources":[["3f2a9c4b1d00","api-1","json-file","file",1764055378120,0,1],)"
      R"(["a0b1c2d3e4f5","queue-1","local","api",0,-1,0]]})";
  CHECK(encode_agent_report(sample()) == text);
  const auto read = decode_agent_report(text);
  REQUIRE(read.ok());
  CHECK(*read == sample());
}

TEST_CASE("the largest report fits into a header line, whatever the texts hold") {
  AgentReport r = sample();
  r.host = std::string(500, 'h');
  r.version = "\"\\\r\n\xED\x95\x9C";
  for (int i = 0; i < 100; ++i)
    r.dropped["a reason of quite some length " + std::to_string(i)] = ~0u;
  r.lines.assign(500, {"0123456789abcdef0", 100'000'000'000, 1'000'000});
  const std::string text = encode_agent_report(r);
  CHECK(text.size() <= kMaxAgentReportBytes);
  for (const char c : text) CHECK((c >= 0x20 && c < 0x7F));
  const auto back = decode_agent_report(text);
  REQUIRE_MESSAGE(back.ok(), back.error().message);
  CHECK(back->host == std::string(128, 'h'));
  CHECK(back->version == "???????");
  CHECK(back->lines.size() == kMaxReportedRanges);
}

TEST_CASE("a report describes as many sources as there is room for, and says how many") {
  AgentReport r = sample();
  r.sources.clear();
  for (int i = 0; i < 300; ++i) {
    r.sources.push_back({"0123456789ab", "container-" + std::to_string(i) + std::string(80, 'n'),
                         "json-file", "file", INT64_MAX, INT64_MAX, true});
  }
  size_t told = 0;
  const std::string text = encode_agent_report(r, &told);
  CHECK(text.size() <= kMaxAgentReportBytes);
  CHECK(told > 30);
  const auto back = decode_agent_report(text);
  REQUIRE_MESSAGE(back.ok(), back.error().message);
  REQUIRE(back->sources.size() == told);
  CHECK(back->sources[told - 1].name.starts_with("container-" + std::to_string(told - 1)));
  CHECK(back->sources[0].name.size() == 64);
  // Beside the largest other content there may be room for none; the report is good all the same.
  r.lines.assign(500, {"0123456789abcdef0", 100'000'000'000, 1'000'000});
  for (int i = 0; i < 20; ++i) r.dropped["a reason of quite some length " + std::to_string(i)] = 1;
  const std::string full = encode_agent_report(r, &told);
  CHECK(full.size() <= kMaxAgentReportBytes);
  CHECK(decode_agent_report(full).ok());
  for (const char* source : {"3", R"(["a","b","c"])", R"(["","n","d","file",0,0,1])",
                             R"(["a","n","d","file",-2,0,1])", R"(["a","n","d","file",0,"0",1])",
                             R"(["a","n","d",7,0,0,1])", R"(["a","n","d","file",0,1e30,1])"}) {
    CAPTURE(source);
    CHECK(refusal(std::string(R"({"v":1,"agent":"a","sources":[)") + source + "]}") != "");
  }
}

TEST_CASE("members unknown to this release are ignored; what cannot be is refused and named") {
  CHECK(decode_agent_report(R"({"v":1,"agent":"a","mood":["good"]})").ok());
  CHECK(refusal("") == "X-Logsvc-Agent: not a JSON object");
  CHECK(refusal("[]") == "X-Logsvc-Agent: not a JSON object");
  CHECK(refusal(R"({"agent":"a"})") == "X-Logsvc-Agent: unknown version 0");
  CHECK(refusal(R"({"v":2,"agent":"a"})") == "X-Logsvc-Agent: unknown version 2");
  CHECK(refusal(R"({"v":1})") == "X-Logsvc-Agent: no \"agent\"");
  CHECK(refusal(R"({"v":1,"agent":5})") == "X-Logsvc-Agent: \"agent\" is not a text of up to 128");
  CHECK(refusal(R"({"v":1,"agent":"a","clock":"x"})") ==
        "X-Logsvc-Agent: \"clock\" is not a time in ns");
  CHECK(refusal(R"({"v":1,"agent":"a","containers":-1})") ==
        "X-Logsvc-Agent: \"containers\" is not a whole number");
  CHECK(refusal(R"({"v":1,"agent":"a","spool":3})") ==
        "X-Logsvc-Agent: \"spool\" has the wrong type");
  for (const char* range : {"3", "[]", R"(["a",1])", R"(["",1,1])", R"(["a","1",1])",
                            R"(["a",0,1])", R"(["a",1,0])", R"(["a",1,1e99])"}) {
    CAPTURE(range);
    CHECK(refusal(std::string(R"({"v":1,"agent":"a","lines":[)") + range + "]}") != "");
  }
  CHECK(refusal(std::string(8000, ' ')) == "X-Logsvc-Agent: too long");
}

TEST_SUITE_END();

}  // namespace logsvc::wire
