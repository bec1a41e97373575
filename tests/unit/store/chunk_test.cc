#include <doctest/doctest.h>
#include <snappy.h>

#include <random>

#include "store/chunk/chunk_reader.h"
#include "store/chunk/chunk_writer.h"
#include "store/columns/column_search.h"
#include "store/columns/row_metadata.h"
#include "store/head/journal_record.h"
#include "support/batches.h"
#include "support/mem_file_system.h"

namespace logsvc::store {
namespace {

using namespace logsvc::testing;

// Writes two streams, several text frames, and metadata.
std::string make_chunk(MemFileSystem& files, size_t lines, uint64_t block_bytes) {
  StreamRegistry registry;
  Window window(20'000 * kDay, 7, 0);
  std::vector<uint32_t> duplicates;
  for (size_t i = 0; i < lines; ++i) {
    const auto batch = make_batch(
        LabelSet::from({{"s", std::to_string(i % 2)}}),
        {{static_cast<Timestamp>(20'000 * kDay + static_cast<Timestamp>(i) * kMillisecond),
          "line " + std::to_string(i) + std::string(i % 50, '.'),
          i % 3 ? Labels{} : Labels{{"trace", std::to_string(i)}}}});
    window.append(registry.get_or_add(batch->streams[0].labels), batch->streams[0].entries, 7 + i,
                  duplicates);
  }
  const auto summary = write_chunk(files, "/c", window.all_rows(), window.span(), block_bytes);
  REQUIRE(summary.ok());
  CHECK(summary->rows == lines);
  return files.bytes("/c");
}

// Reads everything; returns true if nothing failed. It never crashes, whatever the bytes are.
bool read_everything(MemFileSystem& files) {
  const auto reader = ChunkReader::open(files, "/c");
  if (!reader.ok()) return false;
  bool good = true;
  for (uint32_t b = 0; b < (*reader)->end().blocks.size(); ++b) {
    const auto block = (*reader)->block(b);
    if (!block.ok()) {
      good = false;
      continue;
    }
    const BlockHeader& header = *block->header;
    ColumnReader columns(header.table, (*reader)->loader(*block));
    RowMetadata metadata(columns, header.metadata);
    ColumnSearch search(columns);
    good &= search.find(header.lines, Needle("line 3")).ok() && (*reader)->times(*block).ok();
    const bool loaded = columns.load(header.lines).ok() && metadata.load().ok();
    good &= loaded;
    ByteBuffer line;
    for (uint32_t r = 0; loaded && r < std::min(header.rows, 1000u); ++r) {
      columns.append(header.lines, r, line);
      metadata.row(r);
      if (line.size() > 1u << 20) line.clear();
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

TEST_CASE("a chunk file of an older or newer format is told from a damaged one") {
  MemFileSystem files;
  const std::string whole = make_chunk(files, 10, 1000);
  for (const char version : {'\x01', '\x03'}) {
    std::string bytes = whole;
    bytes[4] = version;
    files.set_bytes("/c", bytes);
    const auto reader = ChunkReader::open(files, "/c");
    REQUIRE(!reader.ok());
    CHECK(reader.error().code == ErrorCode::kUnsupported);
  }
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

// Checks that the record comes back, that cut ones are refused and that damage crashes nothing.
std::string check_journal_record(const Batch& batch) {
  const std::string record = encode_journal_record(batch);
  const auto back = decode_journal_record(record);
  REQUIRE(back.ok());
  REQUIRE(back->streams.size() == batch.streams.size());
  for (size_t s = 0; s < batch.streams.size(); ++s) {
    CHECK(back->streams[s].labels == batch.streams[s].labels);
    REQUIRE(back->streams[s].entries.size() == batch.streams[s].entries.size());
    for (size_t i = 0; i < batch.streams[s].entries.size(); ++i) {
      CHECK(to_line(back->streams[s].entries[i]) == to_line(batch.streams[s].entries[i]));
    }
  }
  for (size_t cut = 0; cut < record.size(); ++cut)
    CHECK(!decode_journal_record(record.substr(0, cut)).ok());
  std::mt19937_64 random(5);
  for (int i = 0; i < 5000; ++i) {
    std::string damaged = record;
    damaged[random() % damaged.size()] = static_cast<char>(random());
    (void)decode_journal_record(damaged).ok();
  }
  return record;
}

const std::vector<Line> kOddLines = {{5, "x"},
                                     {3, ""},
                                     {INT64_MAX, "y", {{"k", "v"}}},
                                     {INT64_MIN, "z", {{"k", "v"}}},
                                     {7, std::string("a\0b\xFF", 4), {{"k", "w"}, {"l", ""}}},
                                     {7, "last"}};

TEST_CASE("journal records come back, and cut ones are refused") {
  Batch batch;
  add_lines(batch, LabelSet::from({{"a", "b"}}), kOddLines);
  add_lines(batch, LabelSet::from({{"a", "c"}}), kOddLines);
  check_journal_record(batch);
}

TEST_CASE("a journal record keeps text as it was packed, unless lines were changed") {
  Batch batch;
  add_lines(batch, LabelSet::from({{"a", "b"}}), kOddLines);
  std::string text = "head";
  std::vector<std::pair<size_t, size_t>> places;
  for (int i = 0; i < 40; ++i) {
    text += "--";
    places.emplace_back(text.size(), 20);
    text += "a line like the others, said again";
  }
  batch.packed.text = batch.arena.copy(text);
  snappy::Compress(text.data(), text.size(), &batch.packed.snappy);
  batch.streams[0].entries.clear();
  std::reverse(places.begin() + 5, places.end());
  for (const auto& [at, length] : places) {
    batch.streams[0].entries.push_back({3, batch.packed.text.substr(at, length), {}});
  }
  CHECK(check_journal_record(batch).find(batch.packed.snappy) != std::string::npos);

  batch.streams[0].entries[3].line = "not of the text";
  CHECK(check_journal_record(batch).find(batch.packed.snappy) == std::string::npos);
}

TEST_SUITE_END();

}  // namespace logsvc::store
