#include "store/chunk/chunk_reader.h"

#include "base/bytes.h"
#include "base/checksum.h"
#include "store/common/compression.h"
#include "store/common/corrupt.h"

namespace logsvc::store {

Result<std::shared_ptr<const ChunkReader>> ChunkReader::open(FileSystem& files,
                                                             const std::string& path) {
  ASSIGN_OR_RETURN(auto file, files.open_read(path));
  const uint64_t size = file->size();
  const auto failed = [&](const Error& e) { return Error{e.code, path + ": " + e.message}; };
  if (size < kFileHeaderBytes + kFooterBytes) return failed(corrupt("too short for a chunk file"));
  ASSIGN_OR_RETURN(const std::string head, file->read_at(0, kFileHeaderBytes));
  if (head.compare(0, 4, "LGP1") != 0) return failed(corrupt("not a chunk file"));
  if (const auto version = load_fixed<uint16_t>(head.data() + 4); version != kFileVersion) {
    return failed({ErrorCode::kUnsupported,
                   "chunk file version " + std::to_string(version) + "; another release wrote it"});
  }
  ASSIGN_OR_RETURN(const std::string footer, file->read_at(size - kFooterBytes, kFooterBytes));
  const auto where = decode_footer_head(footer, size);
  if (!where.ok()) return failed(where.error());
  ASSIGN_OR_RETURN(const std::string bytes,
                   file->read_at(where->index_offset, size - where->index_offset));
  auto end = decode_file_end(bytes, size);
  if (!end.ok()) return failed(end.error());
  return std::shared_ptr<const ChunkReader>(
      new ChunkReader(std::move(file), path, std::move(*end)));
}

Error ChunkReader::located(const Error& error, uint32_t number) const {
  return {error.code, path_ + ": block " + std::to_string(number) + ": " + error.message};
}

Result<OpenBlock> ChunkReader::block(uint32_t number, StreamLabels labels) const {
  if (number >= end_.blocks.size()) return located(corrupt("the file has no such block"), number);
  const BlockRef& ref = end_.blocks[number];
  ASSIGN_OR_RETURN(std::string bytes, file_->read_at(ref.offset, kBlockHeaderBytes));
  const auto header_bytes = stored_header_bytes(bytes);
  if (!header_bytes.ok()) return located(header_bytes.error(), number);
  const uint64_t whole = kBlockHeaderBytes + *header_bytes;
  if (whole > ref.length) return located(corrupt("the header is longer than the block"), number);
  ASSIGN_OR_RETURN(bytes, file_->read_at(ref.offset, whole));
  auto header = decode_block_header(bytes, ref.length - whole, labels);
  if (!header.ok()) return located(header.error(), number);
  return OpenBlock{std::move(*header), ref.offset + whole};
}

Result<std::string> ChunkReader::stored_block(uint32_t number) const {
  const BlockRef& ref = end_.blocks.at(number);
  return file_->read_at(ref.offset, ref.length);
}

Result<RawBytes> ChunkReader::frame(const OpenBlock& block, const Frame& f) const {
  ASSIGN_OR_RETURN(std::string stored,
                   file_->read_at(block.frames_offset + f.offset, f.stored_bytes));
  if (hash_bytes(stored) != f.hash) return corrupt("a frame does not verify");
  if (!f.compressed) return RawBytes(stored);
  return decompress(stored, f.raw_bytes);
}

ColumnReader::LoadFrame ChunkReader::loader(const OpenBlock& block) const {
  return [this, block](const Frame& f) { return frame(block, f); };
}

Result<std::vector<Timestamp>> ChunkReader::times(const OpenBlock& block) const {
  const Frame& f = block.header->table.frames[block.header->times];
  if (!f.pooled()) {
    ASSIGN_OR_RETURN(const RawBytes bytes, frame(block, f));
    return decode_times(*block.header, bytes);
  }
  ASSIGN_OR_RETURN(const RawBytes pool, frame(block, block.header->table.frames[f.pool_frame()]));
  return decode_times(*block.header, std::string_view(pool).substr(f.offset, f.raw_bytes));
}

}  // namespace logsvc::store
