#include <doctest/doctest.h>

#include "agent/docker/log_frame_decoder.h"
#include "agent/docker/partial_joiner.h"
#include "agent/docker/resume_filter.h"
#include "agent/docker/safe_place.h"

namespace logsvc::agent {
namespace {

std::string frame(int type, const std::string& payload) {
  std::string out(8, '\0');
  out[0] = static_cast<char>(type);
  for (int i = 0; i < 4; ++i)
    out[static_cast<size_t>(4 + i)] = static_cast<char>(payload.size() >> (24 - 8 * i));
  return out + payload;
}

struct Record {
  OutputStream stream;
  Timestamp timestamp;
  std::string text;
  bool operator==(const Record&) const = default;
};

constexpr const char* kStamp = "2026-01-02T13:00:00.000000001Z ";
const Timestamp kTime = *parse_rfc3339("2026-01-02T13:00:00.000000001Z");

using Lines = std::vector<std::pair<OutputStream, std::string>>;

Lines join(const std::vector<Record>& records, size_t most = 1 << 20) {
  Lines out;
  PartialJoiner joiner(most);
  const auto on_line = [&](OutputStream s, Timestamp, std::string_view line) {
    out.emplace_back(s, line);
  };
  for (const Record& r : records) joiner.add({r.stream, r.timestamp, r.text}, on_line);
  joiner.finish(on_line);
  return out;
}

constexpr auto kOut = OutputStream::kStdout;
constexpr auto kErr = OutputStream::kStderr;

// Feeds records through a filter and keeps the texts that pass.
struct Resumed {
  std::vector<std::string> texts;
  bool anchor_missing = false;
};
Resumed resume(ResumeFilter& filter, const std::vector<Record>& records, bool last_try) {
  Resumed out;
  const auto pass = [&](const LogRecord& r) { out.texts.emplace_back(r.text); };
  for (const Record& r : records) {
    if (filter.add({r.stream, r.timestamp, r.text}, last_try, pass) ==
        ResumeFilter::Verdict::kAnchorMissing) {
      out.anchor_missing = true;
      return out;
    }
  }
  filter.finish(last_try, pass);
  return out;
}

}  // namespace

TEST_SUITE_BEGIN("agent");

TEST_CASE("frames are decoded whatever the pieces they come in") {
  const std::string bytes = frame(1, std::string(kStamp) + "out\n") +
                            frame(2, std::string(kStamp) + "err\n") +
                            frame(1, std::string(kStamp) + "\n");
  const std::vector<Record> expected = {
      {kOut, kTime, "out\n"}, {kErr, kTime, "err\n"}, {kOut, kTime, "\n"}};
  for (size_t piece = 1; piece <= bytes.size(); ++piece) {
    LogFrameDecoder decoder(false);
    std::vector<Record> records;
    for (size_t at = 0; at < bytes.size(); at += piece) {
      REQUIRE(decoder
                  .feed(std::string_view(bytes).substr(at, piece),
                        [&](const LogRecord& r) {
                          records.push_back({r.stream, r.timestamp, std::string(r.text)});
                        })
                  .ok());
    }
    CHECK(records == expected);
  }
}

TEST_CASE("an error of the daemon and bytes that are no frames end the stream with a reason") {
  LogFrameDecoder system(false);
  const Status failed = system.feed(frame(3, "Error grabbing logs: boom"), [](const LogRecord&) {});
  REQUIRE(!failed.ok());
  CHECK(failed.error().message.find("boom") != std::string::npos);
  LogFrameDecoder garbage(false);
  CHECK(!garbage.feed("2026-01-02 plain text", [](const LogRecord&) {}).ok());
}

TEST_CASE("a TTY's raw stream is lines on stdout") {
  LogFrameDecoder decoder(true);
  std::vector<Record> records;
  const auto keep = [&](const LogRecord& r) {
    records.push_back({r.stream, r.timestamp, std::string(r.text)});
  };
  REQUIRE(decoder.feed(std::string(kStamp) + "hello\r\n" + kStamp + "rest", keep).ok());
  decoder.finish(keep);
  CHECK(records == std::vector<Record>{{kOut, kTime, "hello\r\n"}, {kOut, kTime, "rest"}});
}

TEST_CASE("pieces of a TTY's long line are cut out of the raw stream, whatever it comes in") {
  std::string text(40'000, 'x');
  for (size_t i = 0; i < text.size(); i += 100) text[i] = ' ';
  std::string raw;
  for (size_t at = 0; at < text.size(); at += 16384) raw += kStamp + text.substr(at, 16384);
  raw += "\r\n" + std::string(kStamp) + "next\r\n";
  // Longer than a piece, but one record.
  const std::string other = "2026-01-02T13:00:00.000000002Z " + std::string(20'000, 'y') + "\r\n";
  raw += other;
  for (const size_t step : {size_t{1000}, size_t{16384}, raw.size()}) {
    LogFrameDecoder decoder(true);
    std::vector<Record> records;
    const auto keep = [&](const LogRecord& r) {
      records.push_back({r.stream, r.timestamp, std::string(r.text)});
    };
    for (size_t at = 0; at < raw.size(); at += step)
      REQUIRE(decoder.feed(std::string_view(raw).substr(at, step), keep).ok());
    decoder.finish(keep);
    REQUIRE(records.size() == 5);
    CHECK(join(records) == Lines{{kOut, text}, {kOut, "next"}, {kOut, std::string(20'000, 'y')}});
  }
}

TEST_CASE("cursors as text") {
  const Cursor c{kErr, 1'764'055'378'123'456'789, 3, UINT64_MAX, 42, 1 << 20};
  CHECK(*decode_cursor(encode_cursor(c)) == c);
  CHECK(encode_cursor({}) == "");
  CHECK(*decode_cursor("") == Cursor{});
  for (const char* bad :
       {"x", "stdout", "stdout 0 1 2 3 4", "stdin 1 1 2 3 4", "stdout 1 1 2 3 4 5"})
    CHECK(!decode_cursor(bad).ok());
}

TEST_CASE("a place is safe only behind what nothing holds back") {
  SafePlace place(Cursor{kOut, 1, 1, 0});
  const auto at = [](Timestamp t) { return Cursor{kOut, t, 1, 0}; };
  place.note(1, at(10), false);
  CHECK(place.place(UINT64_MAX) == at(10));
  place.note(2, at(20), true);
  place.note(3, at(30), true);
  CHECK(place.place(2) == at(10));
  CHECK(place.place(3) == at(20));
  CHECK(place.place(UINT64_MAX) == at(30));
  for (uint64_t i = 4; i < 5000; ++i) place.note(i, at(static_cast<Timestamp>(i) * 10), true);
  CHECK(place.place(4) == at(30));
  CHECK(place.place(5000) == at(49'990));
}

TEST_CASE("pieces of 16 KiB are joined, each output apart") {
  const std::string piece(16384, 'x');
  CHECK(join({{kOut, 1, piece}, {kErr, 2, "between\n"}, {kOut, 1, piece}, {kOut, 1, "end\n"}}) ==
        Lines{{kErr, "between"}, {kOut, piece + piece + "end"}});
  // The text is exactly one piece long: the rest is an empty record.
  CHECK(join({{kOut, 1, piece}, {kOut, 1, "\n"}, {kOut, 2, "next\n"}}) ==
        Lines{{kOut, piece}, {kOut, "next"}});
  // The driver `local` has no newline on the last piece.
  CHECK(join({{kOut, 1, piece}, {kOut, 1, "end"}}) == Lines{{kOut, piece + "end"}});
  // Another time means another line.
  CHECK(join({{kOut, 1, piece}, {kOut, 5, "other\n"}}) == Lines{{kOut, piece}, {kOut, "other"}});
  // A short text without newline comes from the end of a process.
  CHECK(join({{kOut, 1, "no newline"}, {kOut, 1, "again\n"}}) ==
        Lines{{kOut, "no newline"}, {kOut, "again"}});
  CHECK(join({{kOut, 1, "\n"}, {kOut, 2, "a\r\n"}}) == Lines{{kOut, ""}, {kOut, "a"}});
}

TEST_CASE("pieces that say that the line goes on are joined, whatever their times and sizes") {
  const auto piece = [](OutputStream stream, Timestamp t, std::string_view text, bool goes_on) {
    return LogRecord{stream, t, text, 0, 0, goes_on};
  };
  Lines lines;
  PartialJoiner joiner(1 << 20);
  for (const LogRecord& r :
       {piece(kOut, 1, "a", true), piece(kErr, 2, "between\n", false), piece(kOut, 3, "b", true),
        piece(kOut, 4, "c\n", false), piece(kOut, 5, "next\n", false)}) {
    joiner.add(r, [&](OutputStream s, Timestamp, std::string_view l) {
      lines.emplace_back(s, std::string(l));
    });
  }
  CHECK(lines == Lines{{kErr, "between"}, {kOut, "abc"}, {kOut, "next"}});
  CHECK(!joiner.has_open());
}

TEST_CASE("a line over the limit is cut once") {
  const std::string piece(16384, 'x');
  const Lines lines = join({{kOut, 1, piece}, {kOut, 1, piece}, {kOut, 1, "end\n"}}, 20'000);
  REQUIRE(lines.size() == 1);
  CHECK(lines[0].second.size() == 20'000);
}

TEST_CASE("without a cursor everything passes") {
  ResumeFilter filter(Cursor{});
  CHECK(resume(filter, {{kOut, 5, "a"}, {kErr, 4, "b"}}, false).texts ==
        std::vector<std::string>{"a", "b"});
}

TEST_CASE(
    "a resumed answer goes on right behind the cursor, equal times and both outputs included") {
  const std::vector<Record> log = {{kOut, 10, "a"}, {kOut, 10, "b"},   {kErr, 8, "between"},
                                   {kOut, 10, "b"}, {kErr, 9, "late"}, {kOut, 11, "c"},
                                   {kErr, 11, "d"}, {kOut, 12, "e"}};
  for (size_t had = 1; had < log.size(); ++had) {
    CAPTURE(had);
    ResumeFilter first(Cursor{});
    resume(first, {log.begin(), log.begin() + static_cast<ptrdiff_t>(had)}, true);
    ResumeFilter second(first.cursor());
    const Resumed rest = resume(second, log, false);
    CHECK(!rest.anchor_missing);
    std::vector<std::string> expected;
    for (size_t i = had; i < log.size(); ++i) expected.push_back(log[i].text);
    CHECK(rest.texts == expected);
    CHECK(second.gaps() == 0);
  }
}

TEST_CASE(
    "an anchor that is not there is asked for again, then counted as a gap and nothing newer is "
    "lost") {
  const Cursor cursor{kOut, 10, 1, 12345};
  ResumeFilter filter(cursor);
  const std::vector<Record> log = {{kErr, 11, "x"}, {kOut, 12, "y"}, {kOut, 13, "z"}};
  CHECK(resume(filter, log, false).anchor_missing);
  filter.reopen();
  CHECK(resume(filter, log, true).texts == std::vector<std::string>{"x", "y", "z"});
  CHECK(filter.gaps() == 1);
}

TEST_CASE(
    "records that Docker sends again after a rotation are left out; a clock that steps back is "
    "not") {
  ResumeFilter filter(Cursor{});
  const std::vector<Record> log = {{kOut, 10, "a"},          {kOut, 11, "b"}, {kOut, 12, "c"},
                                   {kOut, 10, "a"},          {kOut, 11, "b"}, {kOut, 13, "d"},
                                   {kOut, 5, "stepped back"}};
  CHECK(resume(filter, log, true).texts ==
        std::vector<std::string>{"a", "b", "c", "d", "stepped back"});
  CHECK(filter.repeats() == 2);
}

TEST_CASE("a clock that steps back costs no record that only looks like an older one") {
  ResumeFilter filter(Cursor{});
  std::vector<Record> log = {{kOut, 1'000'000, "first"}};
  std::vector<std::string> expected = {"first"};
  for (int i = 0; i < 2000; ++i) {
    log.push_back({kOut, 500'000 - i, std::to_string(100 + i % 900)});
    log.push_back({kOut, 1'000'001 + i, "between"});
    expected.push_back(log[log.size() - 2].text);
    expected.push_back("between");
  }
  CHECK(resume(filter, log, true).texts == expected);
  CHECK(filter.repeats() == 0);
}

TEST_CASE("a place that is a time alone: what is later is new, and no gap") {
  Cursor promtail;
  promtail.timestamp = 99;
  CHECK(*decode_cursor(encode_cursor(promtail)) == promtail);
  ResumeFilter filter(promtail);
  std::vector<std::string> got;
  const auto keep = [&](const LogRecord& r) { got.emplace_back(r.text); };
  for (const Timestamp t : {98, 99, 100, 100, 101}) {
    const std::string text = std::to_string(t);
    filter.add({OutputStream::kStdout, t, text, 0, 0}, true, keep);
  }
  CHECK(got == std::vector<std::string>{"100", "100", "101"});
  CHECK(filter.gaps() == 0);
}

TEST_SUITE_END();

}  // namespace logsvc::agent
