#include <doctest/doctest.h>

#include <algorithm>
#include <cctype>
#include <random>

#include "store/columns/column_encoder.h"
#include "store/columns/column_search.h"
#include "store/columns/integer_sequence.h"
#include "store/columns/row_metadata.h"
#include "store/common/compression.h"

namespace logsvc::store {
namespace {

// Uses the standard library, so that the search is not compared with itself.
bool contains_in_any_case(const std::string& line, const std::string& needle) {
  const auto same = [](char a, char b) {
    return std::tolower(static_cast<unsigned char>(a)) ==
           std::tolower(static_cast<unsigned char>(b));
  };
  return needle.empty() ||
         std::search(line.begin(), line.end(), needle.begin(), needle.end(), same) != line.end();
}

// Sends values through encoder, bytes and reader.
class Stored {
 public:
  explicit Stored(const std::vector<std::string>& lines, bool plain = false) : lines_(lines) {
    ColumnEncoder encoder;
    const Lines values(lines_.begin(), lines_.end());
    root_ = plain ? encoder.add_plain_lines(values) : encoder.add_lines(values);
    encoder.frames().finish();
    put_column_table(header_, encoder.table());
    frames_ = encoder.frames().bytes();
    ByteReader in(header_);
    auto table = read_column_table(in, frames_.size());
    REQUIRE_MESSAGE(table.ok(), (table.ok() ? "" : table.error().message));
    REQUIRE(in.done());
    table_ = std::move(*table);
  }

  ColumnReader reader() const {
    return ColumnReader(table_, [this](const Frame& f) -> Result<RawBytes> {
      const std::string_view stored = std::string_view(frames_).substr(f.offset, f.stored_bytes);
      if (!f.compressed) return RawBytes(stored);
      return decompress(stored, f.raw_bytes);
    });
  }
  void check_lines() const {
    ColumnReader all = reader();
    REQUIRE(all.load(root_).ok());
    ColumnReader some = reader();
    ByteBuffer line;
    for (uint32_t r = static_cast<uint32_t>(lines_.size()); r-- > 0;) {
      line.clear();
      all.append(root_, r, line);
      CHECK(line.view(0) == lines_[r]);
      REQUIRE(some.prepare(root_, r).ok());
      line.clear();
      some.append(root_, r, line);
      CHECK(line.view(0) == lines_[r]);
    }
  }
  void check_search(const std::string& needle) const {
    ColumnReader columns = reader();
    ColumnSearch search(columns);
    std::string lower = needle;
    std::transform(lower.begin(), lower.end(), lower.begin(), ascii_lower);
    const auto found = search.find(root_, Needle(needle));
    const auto either = search.find(root_, Needle(lower, true));
    REQUIRE(found.ok());
    REQUIRE(either.ok());
    for (uint32_t r = 0; r < lines_.size(); ++r) {
      CAPTURE(needle);
      CAPTURE(lines_[r]);
      CHECK(found->has(r) == (lines_[r].find(needle) != std::string::npos));
      CHECK(either->has(r) == contains_in_any_case(lines_[r], needle));
    }
  }
  ColumnType type() const { return table_.columns[root_].type(); }
  size_t bytes() const { return header_.size() + frames_.size(); }
  bool has_type(ColumnType type) const {
    return std::any_of(table_.columns.begin(), table_.columns.end(),
                       [&](const Column& c) { return c.type() == type; });
  }

 private:
  std::vector<std::string> lines_;
  std::string header_, frames_;
  ColumnTable table_;
  uint32_t root_ = 0;
};

std::string hex(std::mt19937_64& random, size_t digits) {
  std::string out;
  while (out.size() < digits) out += "0123456789abcdef"[random() % 16];
  return out;
}
std::string uuid(std::mt19937_64& random) {
  return hex(random, 8) + "-" + hex(random, 4) + "-4" + hex(random, 3) + "-a" + hex(random, 3) +
         "-" + hex(random, 12);
}

// Returns Winston lines: requests of several lines, messages of several shapes, some plain text and
// stacks.
std::vector<std::string> winston(size_t count, uint64_t seed) {
  std::mt19937_64 random(seed);
  std::vector<std::string> out;
  while (out.size() < count) {
    const std::string request = uuid(random), trace = hex(random, 32);
    const std::string user = "user_id_" + std::to_string(random() % 50);
    for (uint64_t i = 0; i < 1 + random() % 5; ++i) {
      const uint64_t kind = random() % 8;
      const std::string ms = std::to_string(random() % 2000);
      if (kind == 0) {
        out.push_back("(node:1) DeprecationWarning: 사용자 " + user + " at " + ms);
        continue;
      }
      std::string message = "GET /api/orders/" + ms + " completed in " + ms + "ms";
      if (kind == 1) message = user + " created order ord_" + hex(random, 16) + " for 007" + ms;
      if (kind == 2)
        message = "connect ECONNREFUSED 10.0." + std::to_string(random() % 256) + ".7:6379";
      if (kind == 3) message = "quote \\\" and 한글 \\n    at Object.<anonymous> (/app/a.js:12:7)";
      out.push_back("{\"level\":\"" + std::string(kind == 2 ? "error" : "info") +
                    "\",\"message\":\"" + message + "\",\"requestId\":\"" + request +
                    "\",\"status\":" + std::to_string(200 + 100 * (kind % 4)) +
                    ",\"timestamp\":\"2026-11-10T02:44:" + std::to_string(10 + random() % 50) +
                    "." + std::to_string(100 + random() % 900) + "Z\",\"traceId\":\"" + trace +
                    "\",\"userId\":\"" + user + "\"}");
    }
  }
  out.resize(count);
  return out;
}

// Returns random lines made of pieces that the tokenizer cares about.
std::vector<std::string> hostile(size_t count, uint64_t seed) {
  static const std::vector<std::string> pieces = {"{\"a\":",
                                                  "}",
                                                  "\"",
                                                  "\\",
                                                  "\\\"",
                                                  "[1,2",
                                                  "]",
                                                  ",",
                                                  ":",
                                                  " ",
                                                  "\x01",
                                                  std::string(1, '\0'),
                                                  "\n",
                                                  "\xff\xfe",
                                                  "é",
                                                  "한",
                                                  "key=value",
                                                  "k=\"v w\"",
                                                  "=",
                                                  "00",
                                                  "007",
                                                  "0",
                                                  "18446744073709551616",
                                                  "999999999999999999",
                                                  "1.50",
                                                  "1e9",
                                                  "-3",
                                                  "true",
                                                  "null",
                                                  "2026-02-30T00:00:00",
                                                  "2026-01-02T03:04:05.678Z",
                                                  "2026-01-02 03:04:05,1",
                                                  "10/Oct/2000:13:55:36",
                                                  "1.2.3.4",
                                                  "01.2.3.4",
                                                  "256.1.1.1",
                                                  "1.2.3.4.5",
                                                  "deadbeef",
                                                  "DEADBEEF",
                                                  "0123456789abcdef",
                                                  "123e4567-e89b-12d3-a456-426614174000",
                                                  "123E4567-e89b-12d3-a456-426614174000",
                                                  "a1b2c3",
                                                  "x",
                                                  "ab12",
                                                  "",
                                                  "{}",
                                                  "{\"k\":\"v\"}",
                                                  "1000000000000000000"};
  std::mt19937_64 random(seed);
  std::vector<std::string> out;
  for (size_t i = 0; i < count; ++i) {
    std::string line;
    for (uint64_t n = random() % 7; n > 0; --n) line += pieces[random() % pieces.size()];
    // Shapes are repeated, so that columns get more than one row.
    out.push_back(i > 3 && random() % 3 == 0 ? out[random() % out.size()] : line);
  }
  return out;
}

void check_random_needles(const Stored& stored, const std::vector<std::string>& lines,
                          uint64_t seed, int count) {
  std::mt19937_64 random(seed);
  for (int i = 0; i < count; ++i) {
    const std::string& line = lines[random() % lines.size()];
    if (line.empty()) continue;
    std::string needle = line.substr(random() % line.size(), 1 + random() % 24);
    if (random() % 4 == 0) needle.back() = static_cast<char>(needle.back() ^ 1);
    stored.check_search(needle);
  }
}

}  // namespace

TEST_SUITE_BEGIN("store");

TEST_CASE("columns give back every byte of Winston lines, in a fraction of the space") {
  const std::vector<std::string> lines = winston(6000, 1);
  size_t raw = 0;
  for (const std::string& l : lines) raw += l.size();
  const Stored stored(lines);
  CHECK(stored.type() == ColumnType::kText);
  stored.check_lines();
  CHECK(stored.bytes() * 6 < raw);
  for (const ColumnType t : {ColumnType::kUuid, ColumnType::kHex, ColumnType::kReference,
                             ColumnType::kIsoTime, ColumnType::kDictionary, ColumnType::kInteger}) {
    CHECK(stored.has_type(t));
  }
}

TEST_CASE("columns give back every byte of hostile lines") {
  for (uint64_t seed = 0; seed < 60; ++seed) {
    Stored(hostile(1 + seed * 7, seed)).check_lines();
    Stored(hostile(1 + seed * 7, seed), true).check_lines();
  }
}

TEST_CASE("long and empty lines, and many text frames") {
  std::vector<std::string> lines = {"", std::string(600'000, 'x'), "", "",
                                    std::string(300'000, 'y')};
  for (int i = 0; i < 400; ++i)
    lines.push_back(std::string(static_cast<size_t>(i) * 9, 'z') + "\x01");
  lines.push_back("");
  lines.push_back("");
  for (const bool plain : {true, false}) {
    const Stored stored(lines, plain);
    stored.check_lines();
    for (const char* needle : {"zzz\x01", "xxxy", "yyyy", "z\x01z"}) stored.check_search(needle);
  }
}

TEST_CASE("a search finds what memmem over the lines finds: Winston lines") {
  const std::vector<std::string> lines = winston(1500, 2);
  const Stored stored(lines);
  for (const char* needle : {"user_id_1",
                             "user_id_12",
                             "\"status\":200,",
                             "0:44:",
                             "T02:44:1",
                             "5Z\",\"traceId\":\"",
                             "ms\",\"requestId\":\"",
                             "-4",
                             "0.0.",
                             "10.0.1",
                             "ord_",
                             "completed in 1",
                             "사용자 user",
                             "00",
                             "7",
                             "absent needle",
                             "}{",
                             "\\n    at",
                             "한글",
                             "\xed",
                             "id_4\"}",
                             "error\",\"message\":\"connect"}) {
    stored.check_search(needle);
  }
  check_random_needles(stored, lines, 3, 300);
}

TEST_CASE("a search finds what memmem over the lines finds: hostile lines") {
  for (uint64_t seed = 100; seed < 130; ++seed) {
    const std::vector<std::string> lines = hostile(200, seed);
    const Stored stored(lines);
    check_random_needles(stored, lines, seed, 40);
    const Stored plain(lines, true);
    check_random_needles(plain, lines, seed, 10);
  }
}

TEST_CASE("ids are found from any of their digits on") {
  std::mt19937_64 random(5);
  std::vector<std::string> lines;
  for (int i = 0; i < 300; ++i) lines.push_back("a " + uuid(random) + " b " + hex(random, 24));
  const Stored stored(lines);
  CHECK(stored.has_type(ColumnType::kUuid));
  CHECK(stored.has_type(ColumnType::kHex));
  for (size_t from = 0; from < lines[7].size(); ++from) {
    for (const size_t length : {1, 4, 5, 9, 13, 40}) {
      stored.check_search(lines[7].substr(from, length));
    }
  }
}

TEST_CASE("rows of pairs come back in any mix of names") {
  std::mt19937_64 random(9);
  std::vector<std::vector<std::pair<std::string, std::string>>> rows;
  for (int i = 0; i < 500; ++i) {
    rows.emplace_back();
    if (random() % 4) rows.back().emplace_back("detected_level", random() % 5 ? "info" : "error");
    if (random() % 2) rows.back().emplace_back("trace_id", hex(random, 32));
    if (random() % 9 == 0) rows.back().emplace_back("x\x01y", "v\x01" + std::to_string(i));
    if (random() % 9 == 0) rows.back().emplace_back("z", "");
  }
  std::vector<std::vector<LabelView>> views;
  for (const auto& row : rows) {
    views.emplace_back();
    for (const auto& [name, value] : row) views.back().push_back({name, value});
  }
  const std::vector<std::span<const LabelView>> spans(views.begin(), views.end());
  ColumnEncoder encoder;
  const uint32_t root = encoder.add_pairs(spans);
  encoder.frames().finish();
  std::string header;
  put_column_table(header, encoder.table());
  ByteReader in(header);
  const auto table = read_column_table(in, encoder.frames().bytes().size());
  REQUIRE(table.ok());
  ColumnReader reader(*table, [&](const Frame& f) -> Result<RawBytes> {
    const auto stored = std::string_view(encoder.frames().bytes()).substr(f.offset, f.stored_bytes);
    if (!f.compressed) return RawBytes(stored);
    return decompress(stored, f.raw_bytes);
  });
  RowMetadata metadata(reader, root);
  REQUIRE(metadata.load().ok());
  for (uint32_t r = 0; r < rows.size(); ++r) {
    const auto pairs = metadata.row(r);
    CHECK(std::vector<LabelView>(pairs.begin(), pairs.end()) == views[r]);
  }
}

TEST_CASE("integer sequences keep any numbers and refuse any other size") {
  std::mt19937_64 random(4);
  for (int i = 0; i < 300; ++i) {
    std::vector<int64_t> values;
    const int bits = static_cast<int>(random() % 65);
    int64_t sum = static_cast<int64_t>(random());
    for (uint64_t n = 1 + random() % 200; n > 0; --n) {
      const auto v = static_cast<int64_t>(bits == 0 ? 0 : random() >> (64 - bits));
      sum = static_cast<int64_t>(static_cast<uint64_t>(sum) + static_cast<uint64_t>(v));
      values.push_back(i % 2 ? v : sum);
    }
    const std::string bytes = encode_integers(values);
    const auto back = decode_integers(bytes, values.size());
    REQUIRE(back.ok());
    CHECK(*back == values);
    CHECK((!decode_integers(bytes, values.size() + 1).ok() || bytes.size() < 14));
    CHECK(!decode_integers(bytes.substr(0, 1), values.size()).ok());
    CHECK(!decode_integers(bytes + "x", values.size()).ok());
  }
}

TEST_CASE("a frame lies in a pool that comes before it and is not pooled itself") {
  using Pool = Frame::Pool;
  const auto reads = [](std::vector<Frame> frames) {
    ColumnTable table;
    table.frames = std::move(frames);
    table.columns.emplace_back();  // a constant
    std::string header;
    put_column_table(header, table);
    ByteReader in(header);
    return read_column_table(in, 100).ok();
  };
  const Frame whole{Pool::kNone, false, 0, 50, 50, 1};
  const Frame empty_in_first{Pool::kSearched}, empty_in_second{Pool::kOthers};
  CHECK(reads(
      {whole, whole, {Pool::kSearched, false, 10, 40, 40}, {Pool::kOthers, false, 9, 41, 41}}));
  CHECK(!reads({whole, whole, {Pool::kSearched, false, 11, 40, 40}}));
  CHECK(!reads({empty_in_first}));
  CHECK(!reads({whole, empty_in_second}));
  CHECK(!reads({whole, empty_in_first, empty_in_second}));
}

TEST_CASE("a column directory cut at any byte is refused, and damage never crashes a search") {
  const std::vector<std::string> lines = winston(300, 11);
  ColumnEncoder encoder;
  encoder.add_lines(Lines(lines.begin(), lines.end()));
  encoder.frames().finish();
  const std::string frames = encoder.frames().bytes();
  std::string whole;
  put_column_table(whole, encoder.table());
  for (size_t cut = 0; cut < whole.size(); ++cut) {
    const std::string bytes = whole.substr(0, cut);
    ByteReader in(bytes);
    CHECK(!read_column_table(in, frames.size()).ok());
  }
  std::mt19937_64 random(8);
  for (int i = 0; i < 3000; ++i) {
    std::string bytes = whole;
    for (uint64_t n = 1 + random() % 3; n > 0; --n) {
      bytes[random() % bytes.size()] = static_cast<char>(random());
    }
    ByteReader in(bytes);
    const auto table = read_column_table(in, frames.size());
    if (!table.ok() || table->columns.empty()) continue;
    ColumnReader reader(*table, [&](const Frame& f) -> Result<RawBytes> {
      const std::string_view stored = std::string_view(frames).substr(f.offset, f.stored_bytes);
      if (!f.compressed) return RawBytes(stored);
      return decompress(stored, std::min<uint64_t>(f.raw_bytes, 1 << 20));
    });
    ColumnSearch search(reader);
    (void)search.find(0, Needle("user_id_1")).ok();
    if (!reader.load(0).ok()) continue;
    ByteBuffer line;
    for (uint32_t r = 0; r < std::min(table->columns[0].rows, 400u); ++r) {
      line.clear();
      reader.append(0, r, line);
    }
  }
}

TEST_SUITE_END();

}  // namespace logsvc::store
