#include <doctest/doctest.h>

#include <random>

#include "store/chunk_reader.h"
#include "store/chunk_writer.h"
#include "store/journal_record.h"
#include "support/batches.h"
#include "support/mem_file_system.h"

namespace logsvc::store {
namespace {

using namespace logsvc::testing;

// Two streams, several text frames, metadata.
std::string make_chunk(MemFileSystem& files, size_t lines, uint64_t block_bytes) {
  StreamRegistry registry;
  Window window(20'000 * kDay, 7, 0);
  for (size_t i = 0; i < lines; ++i) {
    const auto batch = make_batch(
        LabelSet::from({{"s", std::to_string(i % 2)}}),
        {{static_cast<Timestamp>(20'000 * kDay + static_cast<Timestamp>(i) * kMillisecond),
          "line " + std::to_string(i) + std::string(i % 50, '.'),
          i % 3 ? Labels{} : Labels{{"trace", std::to_string(i)}}}});
    window.append(registry.get_or_add(batch->streams[0].labels), batch->streams[0].entries[0],
                  7 + i);
  }
  const auto summary = write_chunk(files, "/c", window.all_rows(), window.span(), block_bytes);
  REQUIRE(summary.ok());
  CHECK(summary->rows == lines);
  return files.bytes("/c");
}

// Reads everything; true if nothing failed. Never crashes, whatever the bytes are.
bool read_everything(MemFileSystem& files) {
  const auto reader = ChunkReader::open(files, "/c");
  if (!reader.ok()) return false;
  bool good = true;
  for (uint32_t b = 0; b < (*reader)->end().blocks.size(); ++b) {
    const auto header = (*reader)->block(b);
    const auto rows = (*reader)->rows(b);
    good &= header.ok() && rows.ok();
    if (!header.ok()) continue;
    for (const FrameRef& f : (*header)->frames) {
      if (f.kind == FrameKind::kText) good &= (*reader)->text(b, f).ok();
    }
  }
  return good;
}

}  // namespace

TEST_SUITE_BEGIN("store");

TEST_CASE("a chunk file is read back whole") {
  MemFileSystem files;
  make_chunk(files, 500, 2000);
  const auto reader = ChunkReader::open(files, "/c");
  REQUIRE(reader.ok());
  CHECK((*reader)->end().span.first == 7);
  CHECK((*reader)->end().span.last == 506);
  CHECK((*reader)->end().blocks.size() > 1);
  CHECK(read_everything(files));
}

TEST_CASE("a chunk file cut at any byte is refused, not trusted") {
  MemFileSystem files;
  const std::string whole = make_chunk(files, 40, 1000);
  for (size_t cut = 0; cut < whole.size(); ++cut) {
    files.set_bytes("/c", whole.substr(0, cut));
    CHECK_MESSAGE(!ChunkReader::open(files, "/c").ok(), cut);
  }
}

TEST_CASE("any flipped byte of a chunk file is noticed") {
  MemFileSystem files;
  const std::string whole = make_chunk(files, 40, 1000);
  for (size_t at = 0; at < whole.size(); ++at) {
    if (at == 6 || at == 7) continue;  // flags: reserved
    std::string bytes = whole;
    bytes[at] = static_cast<char>(bytes[at] ^ 0x10);
    files.set_bytes("/c", bytes);
    CHECK_MESSAGE(!read_everything(files), at);
  }
}

TEST_CASE("random damage never crashes the reader") {
  MemFileSystem files;
  const std::string whole = make_chunk(files, 200, 3000);
  std::mt19937_64 random(3);
  for (int i = 0; i < 2000; ++i) {
    std::string bytes = whole;
    for (int n = 0; n < 4; ++n) bytes[random() % bytes.size()] = static_cast<char>(random());
    files.set_bytes("/c", bytes);
    read_everything(files);
  }
}

TEST_CASE("another version of the file says so") {
  MemFileSystem files;
  std::string bytes = make_chunk(files, 10, 1000);
  bytes[4] = 2;
  files.set_bytes("/c", bytes);
  const auto reader = ChunkReader::open(files, "/c");
  REQUIRE(!reader.ok());
  CHECK(reader.error().message.find("version 2") != std::string::npos);
}

TEST_CASE("byte planes keep numbers of any width") {
  for (const uint64_t most : {uint64_t{0}, uint64_t{1}, uint64_t{255}, uint64_t{256}, UINT64_MAX}) {
    const std::vector<uint64_t> values = {0, most, most / 2, 1 & most};
    CHECK(*decode_planes(encode_planes(values), values.size()) == values);
  }
  CHECK(!decode_planes("", 0).ok());
  CHECK(!decode_planes(std::string(1, '\x09'), 0).ok());
  CHECK(!decode_planes(encode_planes(std::vector<uint64_t>{1, 2}), 3).ok());
}

TEST_CASE("journal records come back, and cut ones are refused") {
  Batch batch;
  add_lines(batch, LabelSet::from({{"a", "b"}}),
            {{5, "x"}, {3, ""}, {INT64_MAX, "y", {{"k", "v"}}}, {INT64_MIN, "z"}});
  const std::string record = encode_journal_record(batch);
  const auto back = decode_journal_record(record);
  REQUIRE(back.ok());
  REQUIRE(back->streams.size() == 1);
  for (size_t i = 0; i < 4; ++i)
    CHECK(to_line(back->streams[0].entries[i]) == to_line(batch.streams[0].entries[i]));
  for (size_t cut = 0; cut < record.size(); ++cut)
    CHECK(!decode_journal_record(record.substr(0, cut)).ok());
}

TEST_SUITE_END();

}  // namespace logsvc::store
