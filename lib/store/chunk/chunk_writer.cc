#include "store/chunk/chunk_writer.h"

#include <algorithm>
#include <limits>

#include "base/bytes.h"
#include "store/chunk/block_encoder.h"

namespace logsvc::store {
namespace {

// Smaller blocks have too few values per column.
constexpr uint64_t kMinTemplatesBytes = 16 * 1024;

// Cuts the streams into blocks of about block_bytes, keeping their order.
std::vector<std::vector<BlockPart>> split_blocks(const std::vector<Window::StreamRows>& streams,
                                                 uint64_t block_bytes) {
  std::vector<std::vector<BlockPart>> blocks(1);
  uint64_t bytes = 0;
  for (const auto& [stream, rows] : streams) {
    size_t first = 0;
    for (size_t i = 0; i < rows.size(); ++i) {
      if (bytes >= block_bytes) {
        if (i > first) {
          blocks.back().push_back({stream.get(), std::span(rows).subspan(first, i - first)});
        }
        blocks.emplace_back();
        first = i;
        bytes = 0;
      }
      bytes += rows[i].line.size();
    }
    blocks.back().push_back({stream.get(), std::span(rows).subspan(first)});
  }
  return blocks;
}

// Encodes in templates if that gives back every entry, else as plain lines.
EncodedBlock encode_best(const std::vector<BlockPart>& parts, ChunkSummary& summary) {
  uint64_t bytes = 0;
  for (const BlockPart& part : parts) {
    for (const Entry& row : part.rows) bytes += row.line.size();
  }
  if (bytes >= kMinTemplatesBytes) {
    EncodedBlock block = encode_block(parts, Codec::kTemplates);
    if (verify_block(block.bytes, parts).ok()) return block;
    summary.fallbacks += 1;
  }
  return encode_block(parts, Codec::kPlain);
}

}  // namespace

Result<ChunkWriter> ChunkWriter::create(FileSystem& files, const std::string& path) {
  ASSIGN_OR_RETURN(auto file, files.create(path + ".tmp"));
  std::string head;
  put_u32(head, kFileMagic);
  put_u16(head, kFileVersion);
  put_u16(head, 0);
  RETURN_IF_ERROR(file->append(head));
  ChunkWriter out(files, path, std::move(file));
  out.summary_.file_bytes = head.size();
  out.summary_.first = std::numeric_limits<Timestamp>::max();
  out.summary_.last = std::numeric_limits<Timestamp>::min();
  return out;
}

Status ChunkWriter::put(const std::string& bytes, uint32_t rows, uint64_t raw_bytes,
                        std::vector<BlockStream> streams) {
  RETURN_IF_ERROR(file_->append(bytes));
  BlockRef ref{summary_.file_bytes,
               bytes.size(),
               rows,
               raw_bytes,
               std::numeric_limits<Timestamp>::max(),
               std::numeric_limits<Timestamp>::min()};
  for (const BlockStream& s : streams) {
    ref.first = std::min(ref.first, s.first);
    ref.last = std::max(ref.last, s.last);
  }
  summary_.first = std::min(summary_.first, ref.first);
  summary_.last = std::max(summary_.last, ref.last);
  summary_.rows += rows;
  summary_.raw_bytes += raw_bytes;
  summary_.file_bytes += bytes.size();
  summary_.blocks.push_back(std::move(streams));
  refs_.push_back(ref);
  return {};
}

Status ChunkWriter::add(const std::vector<Window::StreamRows>& streams, uint64_t block_bytes) {
  // A window may be somewhat more than a block after a single large push.
  for (const auto& parts : split_blocks(streams, 2 * block_bytes)) {
    EncodedBlock block = encode_best(parts, summary_);
    RETURN_IF_ERROR(put(block.bytes, block.rows, block.raw_bytes, std::move(block.streams)));
  }
  return {};
}

Status ChunkWriter::add_stored(const std::string& bytes, const BlockHeader& header) {
  return put(bytes, header.rows, header.raw_bytes, header.streams);
}

Status ChunkWriter::end(JournalSpan span, const std::vector<uint64_t>& replaces) {
  const std::string end = encode_file_end(refs_, summary_.file_bytes, span, replaces);
  RETURN_IF_ERROR(file_->append(end));
  summary_.file_bytes += end.size();
  return {};
}

Result<ChunkSummary> ChunkWriter::finish(JournalSpan span, const std::vector<uint64_t>& replaces) {
  RETURN_IF_ERROR(end(span, replaces));
  RETURN_IF_ERROR(sync());
  file_.reset();
  RETURN_IF_ERROR(files_.rename(path_ + ".tmp", path_));
  RETURN_IF_ERROR(files_.sync_dir(parent_dir(path_)));
  return take_summary();
}

Result<ChunkSummary> write_chunk(FileSystem& files, const std::string& path,
                                 const std::vector<Window::StreamRows>& streams, JournalSpan span,
                                 uint64_t block_bytes) {
  ASSIGN_OR_RETURN(ChunkWriter writer, ChunkWriter::create(files, path));
  RETURN_IF_ERROR(writer.add(streams, block_bytes));
  return writer.finish(span, {});
}

}  // namespace logsvc::store
