// Reads files of the store from foreign bytes. The first byte says which: a chunk file, delete
// requests or a journal record. Hashes over directories are corrected first, so that what is behind
// them is reached.
#include <cstring>

#include "base/bytes.h"
#include "base/checksum.h"
#include "store/chunk/chunk_reader.h"
#include "store/columns/row_metadata.h"
#include "store/head/journal_record.h"
#include "store/policy/deletion.h"
#include "support/mem_file_system.h"

using namespace logsvc;
using namespace logsvc::store;

namespace {

constexpr uint64_t kMostBytes = 1 << 20;
constexpr size_t kFooterHashEnd = 4;  // the hash stands before the last magic
constexpr size_t kHashBytes = 8;

void put_hash(std::string& bytes, size_t at, uint64_t hash) {
  std::memcpy(bytes.data() + at, &hash, kHashBytes);
}

void make_hashes_right(std::string& file) {
  if (file.size() < kFileHeaderBytes + kFooterBytes) return;
  const size_t footer = file.size() - kFooterBytes;
  const uint64_t index = load_fixed<uint64_t>(file.data() + footer);
  if (index > footer) return;
  const size_t hash_at = file.size() - kFooterHashEnd - kHashBytes;
  put_hash(file, hash_at, hash_bytes(std::string_view(file).substr(index, hash_at - index)));
  const auto end = decode_file_end(std::string_view(file).substr(index), file.size());
  if (!end.ok()) return;
  for (const BlockRef& block : end->blocks) {
    const std::string_view bytes = std::string_view(file).substr(block.offset, block.length);
    const auto header = stored_header_bytes(bytes);
    if (!header.ok() || kBlockHeaderBytes + uint64_t{*header} > bytes.size()) continue;
    const size_t fixed = kBlockHeaderBytes - kHashBytes;
    put_hash(
        file, block.offset + fixed,
        hash_bytes(bytes.substr(kBlockHeaderBytes, *header), hash_bytes(bytes.substr(0, fixed))));
  }
}

void read_chunk_file(std::string file) {
  make_hashes_right(file);
  testing::MemFileSystem files;
  files.set_bytes("/c", std::move(file));
  const auto reader = ChunkReader::open(files, "/c");
  if (!reader.ok()) return;
  for (uint32_t b = 0; b < (*reader)->end().blocks.size(); ++b) {
    const auto block = (*reader)->block(b);
    if (!block.ok() || block->header->rows > kMostBytes) continue;
    (void)(*reader)->times(*block).ok();
    ColumnReader columns(block->header->table, [&](const Frame& f) -> Result<RawBytes> {
      if (f.raw_bytes > kMostBytes) return Error{ErrorCode::kCorrupt, "large"};
      return (*reader)->frame(*block, f);
    });
    RowMetadata metadata(columns, block->header->metadata);
    if (!columns.load(block->header->lines).ok() || !metadata.load().ok()) continue;
    ByteBuffer line;
    for (uint32_t row = 0; row < block->header->rows && line.size() < kMostBytes; ++row) {
      columns.append(block->header->lines, row, line);
      (void)metadata.row(row);
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  if (size == 0) return 0;
  std::string bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  switch (data[0] % 3) {
    case 0:
      read_chunk_file(std::move(bytes));
      break;
    case 1:
      if (bytes.size() < kHashBytes) return 0;
      put_hash(bytes, bytes.size() - kHashBytes,
               hash_bytes(std::string_view(bytes).substr(0, bytes.size() - kHashBytes)));
      (void)decode_deletions(bytes).ok();
      break;
    default:
      (void)decode_journal_record(bytes).ok();
  }
  return 0;
}
