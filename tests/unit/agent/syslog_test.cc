#include <doctest/doctest.h>

#include "agent/syslog/framing.h"
#include "agent/syslog/message.h"

namespace logsvc::agent {
namespace {

const Timestamp kNow = *parse_rfc3339("2026-01-02T00:30:00Z");

SyslogMessage rfc5424(const std::string& text) {
  const auto message = parse_syslog(text, SyslogFormat::kRfc5424, kNow);
  REQUIRE_MESSAGE(message.ok(), message.error().message);
  return *message;
}
SyslogMessage rfc3164(const std::string& text, Timestamp now = kNow) {
  const auto message = parse_syslog(text, SyslogFormat::kRfc3164, now);
  REQUIRE_MESSAGE(message.ok(), message.error().message);
  return *message;
}
std::string fault(const std::string& text, SyslogFormat format = SyslogFormat::kRfc5424) {
  const auto message = parse_syslog(text, format, kNow);
  return message.ok() ? "" : message.error().message;
}

using Texts = std::vector<std::string>;

// Returns the messages from bytes that come in pieces of n.
Texts framed(const std::string& bytes, size_t n, size_t most = 100, uint64_t* too_long = nullptr) {
  SyslogFraming framing(most);
  Texts out;
  const auto on_message = [&](std::string_view text) { out.emplace_back(text); };
  for (size_t at = 0; at < bytes.size(); at += n) {
    if (!framing.feed(std::string_view(bytes).substr(at, n), on_message).ok()) {
      out.push_back("FAULT");
      return out;
    }
  }
  framing.finish(on_message);
  if (too_long) *too_long = framing.too_long();
  return out;
}

}  // namespace

TEST_SUITE_BEGIN("agent");

TEST_CASE("RFC 5424: every part, and what a dash leaves out") {
  const SyslogMessage m = rfc5424(
      "<165>1 2003-10-11T22:14:15.003Z host.test evntslog 12 ID47 "
      "[ex@32473 iut=\"3\" q=\"a \\\"b\\\" \\] \\\\ \\n\"][two x=\"\"] \xEF\xBB\xBFText  here");
  CHECK(m.facility == 20);
  CHECK(m.severity == 5);
  CHECK(std::string(facility_name(m.facility)) == "local4");
  CHECK(std::string(severity_name(m.severity)) == "notice");
  CHECK(m.time == parse_rfc3339("2003-10-11T22:14:15.003Z"));
  CHECK(m.hostname == "host.test");
  CHECK(m.app_name == "evntslog");
  CHECK(m.proc_id == "12");
  CHECK(m.msg_id == "ID47");
  REQUIRE(m.structured_data.size() == 2);
  CHECK(m.structured_data[0].id == "ex@32473");
  CHECK(m.structured_data[0].parameters[1].second == "a \"b\" ] \\ \\n");
  CHECK(m.text == "Text  here");
  const SyslogMessage bare = rfc5424("<0>1 - - - - - - x");
  CHECK(!bare.time);
  CHECK(!bare.hostname);
  CHECK(!bare.proc_id);
  CHECK(bare.text == "x");
  CHECK(!rfc5424("<13>1 - h a - - -").text);
  CHECK(!rfc5424("<13>1 - h a - - - ").text);
}

TEST_CASE("RFC 5424: faults say where") {
  CHECK(fault("hello") == "expected a priority such as <34> at column 1");
  CHECK(fault("<192>1 - - - - - - x").find("0 to 191") != std::string::npos);
  CHECK(fault("<13>Oct 11 22:14:15 h a: x").find("a version") != std::string::npos);
  CHECK(fault("<13>1 yesterday h a - - - x").find("a time") != std::string::npos);
  CHECK(fault("<13>1 - h a - - [id x=\"1] y").find("a closing quote") != std::string::npos);
  CHECK(fault("<13>1 - h a - - [id x=\"1\"y").find("expected ]") == 0);
  CHECK(fault("<13>1 - h a - - [id x=\"1\" y").find("expected =\"") == 0);
  CHECK(fault("<13>1 - h a - -").find("a blank") != std::string::npos);
}

TEST_CASE("RFC 3164: the year that brings the time nearest, tag and process") {
  const SyslogMessage m = rfc3164("<34>Oct 11 22:14:15 mymachine su[230]: 'su root' failed");
  CHECK(m.facility == 4);
  CHECK(m.hostname == "mymachine");
  CHECK(m.app_name == "su");
  CHECK(m.proc_id == "230");
  CHECK(m.text == "'su root' failed");
  CHECK(m.time == parse_rfc3339("2025-10-11T22:14:15Z"));
  CHECK(rfc3164("<34>Jan  2 00:00:00 h a: x").time == parse_rfc3339("2026-01-02T00:00:00Z"));
  CHECK(rfc3164("<34>Jan  1 00:00:10 h a: x", *parse_rfc3339("2025-12-31T23:59:59Z")).time ==
        parse_rfc3339("2026-01-01T00:00:10Z"));
  CHECK(rfc3164("<34>2026-01-01T00:00:00+09:00 h a: x").time ==
        parse_rfc3339("2025-12-31T15:00:00Z"));
  const SyslogMessage plain = rfc3164("<34>Oct 11 22:14:15 h no tag here: at all");
  CHECK(!plain.app_name);
  CHECK(plain.text == "no tag here: at all");
  CHECK(!fault("<34>Feb 30 22:14:15 h a: x", SyslogFormat::kRfc3164).empty());
  CHECK(!fault("<34>just text", SyslogFormat::kRfc3164).empty());
}

TEST_CASE("framing: by lines or by lengths, in any pieces") {
  const std::string lines = "<1>a\r\n\n<2>b c\n<3>last";
  const std::string counted = "4 <1>a7 <2>b\nc 12 <3>01234567\n5 <4>xy";
  for (const size_t n : {1u, 2u, 3u, 7u, 1000u}) {
    CAPTURE(n);
    CHECK(framed(lines, n) == Texts{"<1>a", "<2>b c", "<3>last"});
    CHECK(framed(counted, n) == Texts{"<1>a", "<2>b\nc ", "<3>01234567\n", "<4>xy"});
  }
  CHECK(framed("hello\n", 3) == Texts{"FAULT"});
  CHECK(framed("4 <1>ax4 <2>b", 100) == Texts{"<1>a", "FAULT"});
  CHECK(framed("99999999999999999999 <1>a", 5) == Texts{"FAULT"});
}

TEST_CASE("framing: what is too long is left out, and the next is whole") {
  const std::string longer(250, 'x');
  uint64_t too_long = 0;
  for (const size_t n : {1u, 50u, 1000u}) {
    CAPTURE(n);
    CHECK(framed("<1>a\n<2>" + longer + "\n<3>b\n", n, 100, &too_long) == Texts{"<1>a", "<3>b"});
    CHECK(too_long == 1);
    CHECK(framed("4 <1>a253 <2>" + longer + "4 <3>b", n, 100, &too_long) == Texts{"<1>a", "<3>b"});
    CHECK(too_long == 1);
  }
}

TEST_SUITE_END();

}  // namespace logsvc::agent
