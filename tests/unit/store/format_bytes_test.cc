// Holds files as earlier releases left them, byte by byte: they stay readable, whatever encoder and
// decoder agree upon today. They were made by FORMAT.md alone, not by this code.
#include <doctest/doctest.h>

#include "store/chunk/chunk_reader.h"
#include "store/columns/column_reader.h"
#include "store/head/journal_record.h"
#include "store/policy/deletion.h"
#include "support/batches.h"
#include "support/mem_file_system.h"

namespace logsvc::store {
namespace {

using namespace logsvc::testing;

constexpr Timestamp kTime = 1'764'055'378'000 * kMillisecond;

int digit_of(char c) { return c <= '9' ? c - '0' : c - 'a' + 10; }

std::string from_hex(std::string_view hex) {
  std::string out;
  for (size_t i = 0; i + 1 < hex.size(); i += 2) {
    out += static_cast<char>(digit_of(hex[i]) * 16 + digit_of(hex[i + 1]));
  }
  return out;
}

// Checks a file of one block, which holds "a 7", "a 42" and "b" of {app="api"}.
void check_chunk(const std::string& bytes) {
  MemFileSystem files;
  files.set_bytes("/c", bytes);
  const auto reader = ChunkReader::open(files, "/c");
  REQUIRE(reader.ok());
  const FileEnd& end = (*reader)->end();
  CHECK(end.span.first == 7);
  CHECK(end.span.last == 9);
  CHECK(end.replaces == std::vector<uint64_t>{0x123000});
  REQUIRE(end.blocks.size() == 1);
  CHECK(end.blocks[0].rows == 3);
  CHECK(end.blocks[0].raw_bytes == 8);
  CHECK(end.blocks[0].first == kTime);
  CHECK(end.blocks[0].last == kTime + 9 * kMillisecond);
  const auto block = (*reader)->block(0);
  REQUIRE(block.ok());
  const BlockHeader& header = *block->header;
  CHECK(header.codec == Codec::kTemplates);
  CHECK(header.metadata == kNone);
  REQUIRE(header.streams.size() == 1);
  CHECK(header.streams[0].labels.to_string() == R"({app="api"})");
  CHECK(header.streams[0].rows == 3);
  const auto times = (*reader)->times(*block);
  REQUIRE(times.ok());
  CHECK(*times ==
        std::vector<Timestamp>{kTime, kTime + 5 * kMillisecond, kTime + 9 * kMillisecond});
  ColumnReader columns(header.table, (*reader)->loader(*block));
  REQUIRE(columns.load(header.lines).ok());
  const char* const lines[] = {"a 7", "a 42", "b"};
  for (uint32_t row = 0; row < 3; ++row) {
    ByteBuffer line;
    columns.append(header.lines, row, line);
    CHECK(line.view(0) == lines[row]);
  }
}

}  // namespace

TEST_SUITE_BEGIN("store");

TEST_CASE("a chunk file of each version of a block is read as it has always been") {
  check_chunk(
      from_hex("4c475031020000004c474231020300000300000008000000000000005b0000006400000040655e95"
               "a102feb128b52ffd205bd90200c0843d010103617070036170690380d0f59ca3c197fb30c0a8a504"
               "08020000050000040480e66cf4f147590800040b0b2f9fcbc79669781e0500060100040506050203"
               "030400020202000261200201010001620502050001010e2301000001000001000504000e01002308"
               "9701030880d0f59ca3c197fb3080a1c0a5a3c197fb300180e0489f000000000000001b0000000100"
               "0000070000000000000009000000000000008c2a313d99fd316c4c475031"));
  check_chunk(
      from_hex("4c475031020000004c474231020200000300000008000000000000004f00000058000000a67dd3b5"
               "1ce240d428b52ffd204f790200c0843d010103617070036170690380d0f59ca3c197fb30c0a8a504"
               "080100000400000f0fbf04650dc5f92488010006010604010a050203030300020202000261200201"
               "010001620502040001010e2300000100050401000001000e010023088b01030880d0f59ca3c197fb"
               "3080a1c0a5a3c197fb300180e04893000000000000001b0000000100000007000000000000000900"
               "000000000000b669e864be2e5a314c475031"));
}

TEST_CASE("a file of delete requests is what it has always been") {
  const std::string bytes = from_hex(
      "4c4744310100020830626164636166650e7b613d2262227d207c3d2022782280d0f59ca3c197fb30"
      "80f8cbd6aac197fb308ad0f59ca3c197fb3000083030303030303031077b613d2262227d01feffff"
      "ffffffffffff0180d0f59ca3c197fb3001de2c12fa033a0ca4");
  const auto read = decode_deletions(bytes);
  REQUIRE(read.ok());
  REQUIRE(read->size() == 2);
  const DeleteRequest &first = (*read)[0], &second = (*read)[1];
  CHECK(first.id == "0badcafe");
  CHECK(first.query == R"({a="b"} |= "x")");
  CHECK(first.range.start == kTime);
  CHECK(first.range.end == kTime + kSecond);
  CHECK(first.created == kTime + 5);
  CHECK(!first.processed);
  CHECK(second.id == "00000001");
  CHECK(second.range.start == -1);
  CHECK(second.range.end == INT64_MAX);
  CHECK(second.processed);
  CHECK(encode_deletions(*read) == bytes);
}

TEST_CASE("a journal record is what it has always been, plain and compressed") {
  const std::string plain = from_hex(
      "021000106669727374206c696e657365636f6e640102036170700361706904686f73740268310380"
      "d0f59ca3c197fb30000a020574726163650274310a0006000d000001");
  const auto read = decode_journal_record(plain);
  REQUIRE(read.ok());
  REQUIRE(read->streams.size() == 1);
  CHECK(read->streams[0].labels.to_string() == R"({app="api", host="h1"})");
  REQUIRE(read->streams[0].entries.size() == 3);
  const std::vector<Line> lines = {{kTime, "first line", {{"trace", "t1"}}},
                                   {kTime + 5, "second", {{"trace", "t1"}}},
                                   {kTime - 2, "", {}}};
  for (size_t i = 0; i < 3; ++i) CHECK(to_line(read->streams[0].entries[i]) == lines[i]);
  Batch same;
  add_lines(same, LabelSet::from({{"app", "api"}, {"host", "h1"}}), lines);
  CHECK(encode_journal_record(same) == plain);

  const std::string packed = from_hex(
      "02100112103c6669727374206c696e657365636f6e64010103617070036170690280d0f59ca3c197"
      "fb300c04010a000601");
  const auto unpacked = decode_journal_record(packed);
  REQUIRE(unpacked.ok());
  REQUIRE(unpacked->streams.size() == 1);
  REQUIRE(unpacked->streams[0].entries.size() == 2);
  CHECK(to_line(unpacked->streams[0].entries[0]) == Line{kTime, "line", {}});
  CHECK(to_line(unpacked->streams[0].entries[1]) == Line{kTime + 5, "second", {}});
}

TEST_SUITE_END();

}  // namespace logsvc::store
