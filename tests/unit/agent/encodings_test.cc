#include <doctest/doctest.h>
#include <iconv.h>

#include <fstream>

#include "agent/files/tailed_file.h"
#include "agent/files/text_decoder.h"
#include "support/pipeline_lines.h"
#include "support/temp_dir.h"

namespace logsvc::agent {
namespace {

using namespace logsvc::testing;
using Lines = std::vector<std::string>;

class Kept : public LineStore {
 public:
  std::string position(const std::string& source) override { return positions[source]; }
  LineSink& sink() override { return sink_; }
  bool commit(const std::string& source, const std::string& position) override {
    positions[source] = position;
    return true;
  }
  Lines taken() {
    Lines out;
    for (const std::string& text : sink_.texts) out.push_back(text.substr(text.find("} ") + 2));
    sink_.texts.clear();
    return out;
  }
  std::map<std::string, std::string> positions;

 private:
  TextSink sink_;
};

// Follows a file in an encoding with one reader after another.
struct Encoded {
  TempDir dir;
  std::string path = dir.path() + "/u.log";
  std::string encoding;
  Kept store;
  TestJob job{""};
  FileMetrics metrics{job.metrics};
  TailContext context{store, job.clock, metrics, job.diagnostics};
  std::unique_ptr<TailedFile> file;

  explicit Encoded(std::string name, std::optional<uint64_t> start = {})
      : encoding(std::move(name)) {
    restart(start);
  }
  void restart(std::optional<uint64_t> start = {}) {
    file.reset();
    TailedFile::Options options;
    options.source = "s";
    options.path = path;
    options.start_offset = start;
    options.decoder = std::move(*TextDecoder::make(encoding));
    file = std::make_unique<TailedFile>(context, std::move(options), job.job->open({{"a", "b"}}));
  }
  void append(std::string_view bytes) {
    std::ofstream(path, std::ios::app | std::ios::binary) << bytes;
  }
  Lines read() {
    for (int i = 0; i < 100 && file->turn() == TailedFile::State::kMore; ++i) {
    }
    return store.taken();
  }
};

std::string encoded(const std::string& name, std::string text) {
  const iconv_t to = ::iconv_open(name.c_str(), "UTF-8");
  REQUIRE(to != reinterpret_cast<iconv_t>(-1));  // NOLINT
  std::string out(text.size() * 8 + 16, '\0');
  char *from = text.data(), *end = out.data();
  size_t left = text.size(), room = out.size();
  CHECK(::iconv(to, &from, &left, &end, &room) != static_cast<size_t>(-1));
  ::iconv_close(to);
  out.resize(out.size() - room);
  return out;
}

}  // namespace

TEST_SUITE_BEGIN("agent");

TEST_CASE("UTF-16 and UTF-32 are cut into lines by characters, whatever bytes these have") {
  // U+0A0A and U+010A contain the byte of a line end, U+0D0A contains both; 😀 is two units of
  // UTF-16.
  const std::string text = "one\r\n\u0a0a\u010a\u0d0a \u4e00\U0001f600\n\nlast\n";
  const Lines lines{"one\r", "\u0a0a\u010a\u0d0a \u4e00\U0001f600", "", "last"};
  for (const char* name : {"UTF-16LE", "UTF-16BE", "UTF-32LE", "UTF-32BE"}) {
    CAPTURE(name);
    Encoded named(name);
    named.append(encoded(name, text));
    CHECK(named.read() == lines);
    // Uses a mark and the name that leaves the byte order open, and writes a piece at a time.
    Encoded marked(std::string(name, 6));
    const std::string bytes = encoded(name, "\ufeff" + text);
    Lines got;
    for (const char c : bytes) {
      marked.append({&c, 1});
      for (std::string& line : marked.read()) got.push_back(std::move(line));
    }
    CHECK(got == lines);
  }
  Encoded big("utf-16");  // without a mark
  big.append(encoded("UTF-16BE", text));
  CHECK(big.read() == lines);
}

TEST_CASE("places in encoded files are bytes, and reading goes on there") {
  Encoded f("UTF-16");
  f.append(encoded("UTF-16LE", "\ufeffone\ntw"));
  CHECK(f.read() == Lines{"one"});
  CHECK(f.file->committed_offset() == 10);
  f.restart();
  f.append(encoded("UTF-16LE", "o\nthree\n"));
  CHECK(f.read() == Lines{"two", "three"});
  // Promtail's places are behind the byte \n, inside the character.
  f.store.positions.clear();
  f.restart(9);
  CHECK(f.read() == Lines{"two", "three"});
}

TEST_CASE("a file that is written anew in another order of bytes") {
  Encoded f("UTF-16");
  f.append(encoded("UTF-16LE", "\ufeffone and more\n"));
  CHECK(f.read() == Lines{"one and more"});
  std::ofstream(f.path, std::ios::trunc | std::ios::binary) << encoded("UTF-16BE", "\ufefftwo\n");
  CHECK(f.read() == Lines{"two"});
}

TEST_CASE("what cannot be decoded costs one character, not the rest") {
  Encoded f("UTF-16LE");
  f.append(encoded("UTF-16LE", "a") + std::string("\x00\xdc", 2) +
           encoded("UTF-16LE", "b\n"));  // half of a pair
  CHECK(f.read() == Lines{"a\uFFFDb"});
}

TEST_CASE("encodings by the names that Promtail takes") {
  const std::pair<const char*, const char*> kNames[] = {{"utf-8", "UTF-8"},
                                                        {"iso-8859-15", "ISO-8859-15"},
                                                        {"latin1", "ISO-8859-1"},
                                                        {"windows-1252", "CP1252"},
                                                        {"csWindows1251", "CP1251"},
                                                        {"Shift_JIS", "SHIFT_JIS"},
                                                        {"GBK", "GBK"},
                                                        {"gb18030", "GB18030"},
                                                        {"Big5", "BIG5"},
                                                        {"EUC-KR", "EUC-KR"},
                                                        {"KOI8-R", "KOI8-R"},
                                                        {"IBM437", "IBM437"},
                                                        {"IBM00858", "IBM858"},
                                                        {"macintosh", "MACINTOSH"},
                                                        {"ISO-2022-JP", "ISO-2022-JP"},
                                                        {"IBM037", "IBM037"},
                                                        {"IBM01140", "IBM1140"},
                                                        {"IBM1047", "IBM1047"},
                                                        {"windows-874", "WINDOWS-874"},
                                                        {"ISO-8859-6-I", "ISO-8859-6"}};
  for (const auto& one : kNames) {
    CAPTURE(one.first);
    Encoded f(one.first);
    f.append(encoded(one.second, "plain 1\nplain 2\n"));
    CHECK(f.read() == Lines{"plain 1", "plain 2"});
  }
  Encoded korean("euc-kr");
  korean.append(encoded("EUC-KR", "\uacb0\uc81c\n"));
  CHECK(korean.read() == Lines{"\uacb0\uc81c"});
  for (const char* name : {"utf-99", "", "UTF-8//IGNORE"}) CHECK(!TextDecoder::make(name).ok());
}

TEST_SUITE_END();

}  // namespace logsvc::agent
