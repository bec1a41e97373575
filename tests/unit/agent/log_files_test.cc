#include "agent/docker/log_files.h"

#include <doctest/doctest.h>
#include <zlib.h>

#include <cstdio>
#include <filesystem>
#include <fstream>

#include "agent/docker/log_file_decoder.h"
#include "base/checksum.h"
#include "support/temp_dir.h"

namespace logsvc::agent {
namespace {

using testing::TempDir;

std::string json_record(Timestamp t, const std::string& log, const char* stream = "stdout") {
  return "{\"log\":\"" + log + "\",\"stream\":\"" + stream + "\",\"time\":\"" + format_rfc3339(t) +
         "\"}\n";
}

DecodedRecord decode(LogFileFormat format, const std::string& bytes) {
  static std::string scratch;
  return decode_log_file(format, bytes, scratch);
}

std::string big_endian(size_t n) {
  std::string out;
  for (int shift = 24; shift >= 0; shift -= 8) out += static_cast<char>(n >> shift);
  return out;
}

// Writes a record as the driver `local` does.
std::string local_record(Timestamp t, const std::string& line, bool partial = false,
                         const std::string& stream = "stdout") {
  const auto varint = [](uint64_t v) {
    std::string out;
    for (; v >= 0x80; v >>= 7) out += static_cast<char>(v | 0x80);
    return out + static_cast<char>(v);
  };
  std::string entry = "\x0A" + varint(stream.size()) + stream + "\x10" +
                      varint(static_cast<uint64_t>(t)) + "\x1A" + varint(line.size()) + line;
  if (partial) entry += std::string("\x20\x01\x2A\x06\x08\x01\x12\x02id", 10);
  return big_endian(entry.size()) + entry + big_endian(entry.size());
}

void append(const std::string& path, const std::string& bytes) {
  std::ofstream(path, std::ios::app | std::ios::binary) << bytes;
}

void compress(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  const std::string bytes((std::istreambuf_iterator<char>(in)), {});
  gzFile out = gzopen((path + ".gz").c_str(), "wb");
  gzwrite(out, bytes.data(), static_cast<unsigned>(bytes.size()));
  gzclose(out);
  std::filesystem::remove(path);
}

// A log that the daemon rotates.
struct Log {
  TempDir dir;
  std::string path = dir.path() + "/c-json.log";
  LogFileBuffers buffers;
  Timestamp next = 1'700'000'000 * kSecond;
  int written = 0;
  int keep = 4;
  bool gzip = false;

  Log() { append(path, ""); }
  void write(int n) {
    for (; n > 0; --n) {
      append(path, json_record(next, std::to_string(written++) + "\\n"));
      next += kMillisecond;
    }
  }
  void rotate() {
    const auto name = [&](int n) { return path + "." + std::to_string(n); };
    const std::string ext = gzip ? ".gz" : "";
    std::filesystem::remove(name(keep) + ext);
    for (int n = keep - 1; n > 0; --n) {
      if (std::filesystem::exists(name(n) + ext))
        std::filesystem::rename(name(n) + ext, name(n + 1) + ext);
    }
    std::filesystem::rename(path, name(1));
    append(path, "");
    if (gzip) compress(name(1));
  }
};

struct Read {
  std::vector<int> numbers;
  Cursor last;
};

// Reads to the end in small turns.
void read_on(LogFiles& files, Read& out) {
  while (true) {
    const auto got = files.read(300, [&](const LogRecord& r) {
      out.numbers.push_back(std::stoi(std::string(r.text)));
      out.last = {r.stream, r.timestamp, 1, hash_bytes(r.text), r.file, r.offset};
    });
    REQUIRE_MESSAGE(got.ok(), got.error().message);
    if (*got == 0) return;
  }
}

std::vector<int> up_to(int from, int n) {
  std::vector<int> out;
  for (int i = from; i < n; ++i) out.push_back(i);
  return out;
}

}  // namespace

TEST_SUITE_BEGIN("agent");

TEST_CASE("records of json-file: escapes, attributes, order of members, damage") {
  const auto text = [](const std::string& line) {
    const DecodedRecord r = decode(LogFileFormat::kJsonFile, line + "\n");
    return r.kind == DecodedRecord::Kind::kRecord ? std::string(r.record.text) : "damaged";
  };
  const std::string tail = R"(,"stream":"stderr","time":"2026-01-02T13:00:00.5Z"})";
  const DecodedRecord r = decode(LogFileFormat::kJsonFile, R"({"log":"a\n")" + tail + "\nrest");
  CHECK(r.record.stream == OutputStream::kStderr);
  CHECK(r.record.timestamp == *parse_rfc3339("2026-01-02T13:00:00.5Z"));
  CHECK(r.record.text == "a\n");
  CHECK(r.bytes == 12 + tail.size() + 1);
  CHECK(text(R"({"log":"\"\\\/\b\f\n\r\t\u003c\u2028\ud83d\ude00한")" + tail) ==
        "\"\\/\b\f\n\r\t<\u2028\U0001F600한");
  CHECK(text(R"({"log":"\ud83d x \udc00 \ud83d\u0041")" + tail) == "\uFFFD x \uFFFD \uFFFDA");
  CHECK(text(R"({"log":"x","attrs":{"a":"}\"","b":"{,"})" + tail) == "x");
  CHECK(text(R"({"time":"2026-01-02T13:00:00Z","n":[1,{"a":2}],"log":""})") == "");
  const std::string longer(100, 'y');
  CHECK(text(R"({"log":")" + longer + R"(\")" + longer + "\"" + tail) == longer + "\"" + longer);
  for (const char* bad :
       {"", "{}", "[]", R"({"log":"x"})", R"({"log":"\q","time":"2026-01-02T13:00:00Z"})",
        R"({"log":"\u12","time":"2026-01-02T13:00:00Z"})", R"({"log":"x","time":"now"})",
        R"({"log":"x","time":"2026-01-02T13:00:00Z")"}) {
    CAPTURE(bad);
    CHECK(text(bad) == "damaged");
  }
  const std::string whole = R"({"log":"a\n")" + tail + "\n";
  for (size_t cut = 0; cut < whole.size(); ++cut)
    CHECK(decode(LogFileFormat::kJsonFile, whole.substr(0, cut)).kind ==
          DecodedRecord::Kind::kIncomplete);
}

TEST_CASE("records of `local` have the text that the API sends") {
  const std::string line = local_record(7, std::string("a\0\xFF", 3));
  const DecodedRecord r = decode(LogFileFormat::kLocal, line + "rest");
  REQUIRE(r.kind == DecodedRecord::Kind::kRecord);
  CHECK(r.record.text == std::string_view("a\0\xFF\n", 4));
  CHECK(r.record.timestamp == 7);
  CHECK(r.bytes == line.size());
  const std::string piece = local_record(7, "piece", true, "stderr");
  const DecodedRecord p = decode(LogFileFormat::kLocal, piece);
  CHECK(p.record.text == "piece");
  CHECK(p.record.stream == OutputStream::kStderr);
  for (size_t cut = 0; cut < line.size(); ++cut)
    CHECK(decode(LogFileFormat::kLocal, line.substr(0, cut)).kind ==
          DecodedRecord::Kind::kIncomplete);
  for (size_t at = 0; at < line.size(); ++at) {
    std::string flipped = line;
    flipped[at] = static_cast<char>(flipped[at] ^ 0x81);
    (void)decode(LogFileFormat::kLocal, flipped);
  }
}

TEST_CASE("Podman's form of the file: lines whole, and in pieces that say so") {
  const std::string line = "2026-01-01T13:00:00.123456789+01:00 stderr F a b\n";
  const std::string more = line + "rest";
  const DecodedRecord r = decode(LogFileFormat::kJsonFile, more);
  REQUIRE(r.kind == DecodedRecord::Kind::kRecord);
  CHECK(r.bytes == line.size());
  CHECK(r.record.stream == OutputStream::kStderr);
  CHECK(format_rfc3339(r.record.timestamp) == "2026-01-01T12:00:00.123456789Z");
  CHECK(r.record.text == "a b\n");
  CHECK(!r.record.goes_on);
  const std::string piece = "2026-01-01T13:00:00Z stdout P piece\n";
  const DecodedRecord p = decode(LogFileFormat::kJsonFile, piece);
  REQUIRE(p.kind == DecodedRecord::Kind::kRecord);
  CHECK(p.record.text == "piece");
  CHECK(p.record.goes_on);
  CHECK(decode(LogFileFormat::kJsonFile, "2026-01-01T13:00:00Z stdout F \n").record.text == "\n");
  for (size_t cut = 0; cut < line.size(); ++cut) {
    CHECK(decode(LogFileFormat::kJsonFile, line.substr(0, cut)).kind ==
          DecodedRecord::Kind::kIncomplete);
  }
  for (const char* damaged :
       {"2026-01-01T13:00:00Z stdout X a\n", "2026 stdout F a\n",
        "2026-01-01T13:00:00Z stdin F a\n", "2026-01-01T13:00:00Z\n", "1\n"}) {
    const DecodedRecord d = decode(LogFileFormat::kJsonFile, damaged);
    CHECK(d.kind == DecodedRecord::Kind::kDamaged);
    CHECK(d.bytes == std::string_view(damaged).size());
  }
}

TEST_CASE("files are read through rotations, also several between two looks, compressed or not") {
  for (const bool gzip : {false, true}) {
    CAPTURE(gzip);
    Log log;
    log.gzip = gzip;
    LogFiles files(log.path, LogFileFormat::kJsonFile, log.buffers);
    REQUIRE(*files.open({}));
    Read got;
    for (int round = 0; round < 12; ++round) {
      log.write(5 + round);
      if (round % 2) read_on(files, got);
      for (int i = 0; i < round % 4; ++i) {
        log.write(3);
        log.rotate();
        if (i == 1) REQUIRE(files.look().ok());
      }
    }
    read_on(files, got);
    CHECK(got.numbers == up_to(0, log.written));
    CHECK(files.gaps() == 0);
  }
}

TEST_CASE("a reader that comes back goes on behind its record, wherever rotation has put it") {
  for (int rotations = 0; rotations < 4; ++rotations) {
    for (const bool gzip : {false, true}) {
      CAPTURE(rotations);
      CAPTURE(gzip);
      Log log;
      log.gzip = gzip;
      log.write(10);
      Read before;
      {
        LogFiles files(log.path, LogFileFormat::kJsonFile, log.buffers);
        REQUIRE(*files.open({}));
        read_on(files, before);
      }
      for (int i = 0; i < rotations; ++i) {
        log.write(4);
        log.rotate();
      }
      log.write(4);
      LogFiles files(log.path, LogFileFormat::kJsonFile, log.buffers);
      const auto behind = files.open(before.last);
      REQUIRE(behind.ok());
      // The compressed file is another file, so the record is searched for from where it must be.
      CHECK(*behind == !(gzip && rotations > 0));
      Read after;
      read_on(files, after);
      REQUIRE(!after.numbers.empty());
      CHECK(after.numbers.front() <= 10);
      CHECK(after.numbers.back() == log.written - 1);
      if (*behind) CHECK(after.numbers == up_to(10, log.written));
    }
  }
}

TEST_CASE("files that were rotated away unseen and files that are emptied are gaps") {
  Log log;
  log.keep = 2;
  LogFiles files(log.path, LogFileFormat::kJsonFile, log.buffers);
  REQUIRE(*files.open({}));
  Read got;
  log.write(10);
  read_on(files, got);
  for (int i = 0; i < 5; ++i) {
    log.write(10);
    log.rotate();
  }
  log.write(10);
  read_on(files, got);
  CHECK(files.gaps() == 1);
  CHECK(got.numbers.back() == log.written - 1);
  std::filesystem::resize_file(log.path, 0);
  log.write(30);
  read_on(files, got);
  CHECK(files.gaps() == 2);
  CHECK(got.numbers.back() == log.written - 1);
}

TEST_CASE("a damaged record is left out and counted; one that is not whole yet waits") {
  Log log;
  LogFiles files(log.path, LogFileFormat::kJsonFile, log.buffers);
  REQUIRE(*files.open({}));
  Read got;
  log.write(1);
  append(log.path, "{\"log\":garbage\n");
  const std::string whole = json_record(log.next, std::to_string(log.written++) + "\\n");
  append(log.path, whole.substr(0, 20));
  read_on(files, got);
  CHECK(got.numbers == up_to(0, 1));
  append(log.path, whole.substr(20));
  read_on(files, got);
  CHECK(got.numbers == up_to(0, 2));
  CHECK(files.damaged_records() == 1);
}

TEST_SUITE_END();

}  // namespace logsvc::agent
