#include "store/chunk_reader.h"

#include <algorithm>

#include "base/bytes.h"
#include "base/checksum.h"
#include "store/compression.h"

namespace logsvc::store {
namespace {

// Times of every stream from the column of deltas.
Status decode_times(const BlockHeader& header, std::string_view frame, BlockRows& rows) {
  ASSIGN_OR_RETURN(const std::vector<uint64_t> deltas, decode_planes(frame, header.rows));
  rows.times.resize(header.rows);
  for (const BlockStream& s : header.streams) {
    auto time = static_cast<uint64_t>(s.first);
    for (uint32_t r = s.first_row; r < s.first_row + s.rows; ++r) {
      time += deltas[r] * static_cast<uint64_t>(header.divisor);
      rows.times[r] = static_cast<Timestamp>(time);
      // Readers search by time: a column that steps back would make them miss rows.
      if (r > s.first_row && rows.times[r] < rows.times[r - 1]) {
        return corrupt("the times of a stream step back");
      }
    }
    if (rows.times[s.first_row] != s.first || rows.times[s.first_row + s.rows - 1] != s.last) {
      return corrupt("the times of a stream do not agree with the header");
    }
  }
  return {};
}

Status decode_lengths(const BlockHeader& header, std::string_view frame, BlockRows& rows) {
  ASSIGN_OR_RETURN(const std::vector<uint64_t> lengths, decode_planes(frame, header.rows));
  rows.text_lengths.assign(lengths.begin(), lengths.end());
  rows.text_offsets.resize(header.rows);
  uint32_t next_row = 0;
  for (const FrameRef& f : header.frames) {
    if (f.kind != FrameKind::kText) continue;
    if (f.first_row != next_row) return corrupt("the text frames do not follow each other");
    uint64_t offset = 0;
    for (uint32_t r = f.first_row; r < f.first_row + f.rows; ++r) {
      rows.text_offsets[r] = static_cast<uint32_t>(offset);
      if (lengths[r] > f.raw_bytes - offset) return corrupt("a line is outside its frame");
      offset += lengths[r];
    }
    if (offset != f.raw_bytes) return corrupt("the lines do not fill their frame");
    next_row = f.first_row + f.rows;
  }
  if (next_row != header.rows) return corrupt("rows without text");
  return {};
}

Status decode_metadata(const BlockHeader& header, std::string sets, std::string_view column,
                       BlockRows& rows) {
  rows.metadata_bytes = std::move(sets);
  ByteReader in(rows.metadata_bytes);
  const uint64_t count = in.count();
  for (uint64_t i = 0; i < count && in.ok(); ++i) {
    std::vector<LabelView> set(in.count(2));
    for (LabelView& pair : set) {
      pair.name = in.string();
      pair.value = in.string();
    }
    rows.metadata_sets.push_back(std::move(set));
  }
  if (!in.done()) return corrupt("the metadata sets are not of their size");
  ASSIGN_OR_RETURN(const std::vector<uint64_t> numbers, decode_planes(column, header.rows));
  for (const uint64_t n : numbers) {
    if (n >= rows.metadata_sets.size())
      return corrupt("a row names a metadata set that is not there");
  }
  rows.metadata.assign(numbers.begin(), numbers.end());
  return {};
}

bool has_frame(const BlockHeader& header, FrameKind kind) {
  return std::any_of(header.frames.begin(), header.frames.end(),
                     [&](const FrameRef& f) { return f.kind == kind; });
}

}  // namespace

size_t BlockRows::memory_bytes() const {
  size_t n = times.size() * 16 + metadata.size() * 4 + metadata_bytes.size();
  for (const auto& set : metadata_sets) n += sizeof set + set.size() * sizeof(LabelView);
  return n;
}

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
                   "chunk file version " + std::to_string(version) + "; a newer release wrote it"});
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

Result<ChunkReader::Opened> ChunkReader::opened(uint32_t number) const {
  {
    MutexLock lock(mutex_);
    if (const auto found = blocks_.find(number); found != blocks_.end()) return found->second;
  }
  if (number >= end_.blocks.size()) return located(corrupt("the file has no such block"), number);
  const BlockRef& ref = end_.blocks[number];
  ASSIGN_OR_RETURN(std::string bytes, file_->read_at(ref.offset, kBlockHeaderBytes));
  const auto header_bytes = stored_header_bytes(bytes);
  if (!header_bytes.ok()) return located(header_bytes.error(), number);
  const uint64_t whole = kBlockHeaderBytes + *header_bytes;
  if (whole > ref.length) return located(corrupt("the header is longer than the block"), number);
  ASSIGN_OR_RETURN(bytes, file_->read_at(ref.offset, whole));
  auto header = decode_block_header(bytes, ref.length - whole);
  if (!header.ok()) return located(header.error(), number);
  Opened out{std::make_shared<const BlockHeader>(std::move(*header)), ref.offset + whole};
  MutexLock lock(mutex_);
  return blocks_.emplace(number, std::move(out)).first->second;
}

Result<std::string> ChunkReader::frame(const Opened& block, const FrameRef& f) const {
  ASSIGN_OR_RETURN(std::string stored,
                   file_->read_at(block.frames_offset + f.offset, f.stored_bytes));
  if (hash_bytes(stored) != f.hash) return corrupt("a frame does not verify");
  if (!f.compressed) return stored;
  return decompress(stored, f.raw_bytes);
}

Result<std::string> ChunkReader::only_frame(const Opened& block, FrameKind kind) const {
  for (const FrameRef& f : block.header->frames) {
    if (f.kind == kind) return frame(block, f);
  }
  return corrupt("a frame is missing");
}

Result<std::shared_ptr<const BlockHeader>> ChunkReader::block(uint32_t number) const {
  ASSIGN_OR_RETURN(Opened block, opened(number));
  return block.header;
}

Result<std::shared_ptr<const BlockRows>> ChunkReader::rows(uint32_t number) const {
  ASSIGN_OR_RETURN(const Opened block, opened(number));
  auto out = std::make_shared<BlockRows>();
  const auto decode = [&]() -> Status {
    ASSIGN_OR_RETURN(const std::string times, only_frame(block, FrameKind::kTimes));
    RETURN_IF_ERROR(decode_times(*block.header, times, *out));
    ASSIGN_OR_RETURN(const std::string lengths, only_frame(block, FrameKind::kLengths));
    RETURN_IF_ERROR(decode_lengths(*block.header, lengths, *out));
    if (!has_frame(*block.header, FrameKind::kMetadata)) return {};
    ASSIGN_OR_RETURN(std::string sets, only_frame(block, FrameKind::kMetadataSets));
    ASSIGN_OR_RETURN(const std::string column, only_frame(block, FrameKind::kMetadata));
    return decode_metadata(*block.header, std::move(sets), column, *out);
  };
  if (const Status decoded = decode(); !decoded.ok()) return located(decoded.error(), number);
  return std::shared_ptr<const BlockRows>(std::move(out));
}

Result<std::shared_ptr<const std::string>> ChunkReader::text(uint32_t number,
                                                             const FrameRef& f) const {
  ASSIGN_OR_RETURN(const Opened block, opened(number));
  auto bytes = frame(block, f);
  if (!bytes.ok()) return located(bytes.error(), number);
  return std::make_shared<const std::string>(std::move(*bytes));
}

Result<std::shared_ptr<const ChunkReader>> ChunkCache::get(uint64_t id, const std::string& path) {
  {
    MutexLock lock(mutex_);
    if (const auto found = by_id_.find(id); found != by_id_.end()) {
      recent_.splice(recent_.begin(), recent_, found->second);
      return recent_.front().second;
    }
  }
  ASSIGN_OR_RETURN(auto reader, ChunkReader::open(files_, path));
  MutexLock lock(mutex_);
  if (!by_id_.count(id)) {
    recent_.emplace_front(id, reader);
    by_id_[id] = recent_.begin();
    if (recent_.size() > max_files_) {
      by_id_.erase(recent_.back().first);
      recent_.pop_back();
    }
  }
  return reader;
}

void ChunkCache::remove(uint64_t id) {
  MutexLock lock(mutex_);
  const auto found = by_id_.find(id);
  if (found == by_id_.end()) return;
  recent_.erase(found->second);
  by_id_.erase(found);
}

}  // namespace logsvc::store
