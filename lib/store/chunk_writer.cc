#include "store/chunk_writer.h"

#include <algorithm>
#include <unordered_map>

#include "base/bytes.h"
#include "base/checksum.h"
#include "store/compression.h"

namespace logsvc::store {
namespace {

constexpr uint64_t kTextFrameBytes = 1u << 20;

// One stream's part of a block.
struct Part {
  const Stream* stream = nullptr;
  std::span<const Entry> rows;
};

// Collects the frames of one block.
class BlockEncoder {
 public:
  explicit BlockEncoder(const std::vector<Part>& parts) : parts_(parts) {}

  // The whole block; header() is then what it says.
  std::string encode() {
    describe_streams();
    add_times();
    add_lengths();
    add_text();
    add_metadata();
    return encode_block_header(header_) + frames_;
  }
  const BlockHeader& header() const { return header_; }

 private:
  void describe_streams() {
    std::vector<Timestamp> times;
    for (const Part& part : parts_) {
      BlockStream s;
      s.labels = part.stream->labels;
      s.first_row = header_.rows;
      s.rows = static_cast<uint32_t>(part.rows.size());
      s.first = part.rows.front().timestamp;
      s.last = part.rows.back().timestamp;
      for (const Entry& row : part.rows) {
        s.raw_bytes += row.line.size();
        times.push_back(row.timestamp);
      }
      header_.rows += s.rows;
      header_.raw_bytes += s.raw_bytes;
      header_.streams.push_back(std::move(s));
    }
    header_.divisor = common_divisor(times);
  }

  template <typename Value>
  std::vector<uint64_t> column(Value value) const {
    std::vector<uint64_t> out;
    out.reserve(header_.rows);
    for (const Part& part : parts_) {
      for (const Entry& row : part.rows) out.push_back(value(part, row));
    }
    return out;
  }

  void add_times() {
    Timestamp previous = 0;
    const auto deltas = column([&](const Part& part, const Entry& row) {
      if (&row == part.rows.data()) previous = row.timestamp;
      const auto delta = static_cast<uint64_t>((row.timestamp - previous) / header_.divisor);
      previous = row.timestamp;
      return delta;
    });
    add_frame(FrameKind::kTimes, 0, header_.rows, encode_planes(deltas), CompressionKind::kSmall);
  }

  void add_lengths() {
    const auto lengths = column([](const Part&, const Entry& row) { return row.line.size(); });
    add_frame(FrameKind::kLengths, 0, header_.rows, encode_planes(lengths),
              CompressionKind::kSmall);
  }

  void add_text() {
    std::string text;
    uint32_t first = 0, row_number = 0;
    const auto finish = [&] {
      if (row_number == first) return;
      add_frame(FrameKind::kText, first, row_number - first, text, CompressionKind::kText);
      text.clear();
      first = row_number;
    };
    text.reserve(std::min(header_.raw_bytes, kTextFrameBytes));
    for (const Part& part : parts_) {
      for (const Entry& row : part.rows) {
        if (!text.empty() && text.size() + row.line.size() > kTextFrameBytes) finish();
        text.append(row.line);
        ++row_number;
      }
    }
    finish();
  }

  void add_metadata() {
    std::unordered_map<std::string, uint64_t> numbers;
    std::vector<std::string> sets = {std::string(1, '\0')};  // set 0: no pairs
    std::string set;
    const auto column_values = column([&](const Part&, const Entry& row) -> uint64_t {
      if (row.metadata.empty()) return 0;
      set.clear();
      put_varint(set, row.metadata.size());
      for (const LabelView& pair : row.metadata) {
        put_string(set, pair.name);
        put_string(set, pair.value);
      }
      const auto [found, fresh] = numbers.try_emplace(set, sets.size());
      if (fresh) sets.push_back(set);
      return found->second;
    });
    if (sets.size() == 1) return;
    std::string encoded;
    put_varint(encoded, sets.size());
    for (const std::string& s : sets) encoded += s;
    add_frame(FrameKind::kMetadataSets, 0, 0, encoded, CompressionKind::kSmall);
    add_frame(FrameKind::kMetadata, 0, header_.rows, encode_planes(column_values),
              CompressionKind::kSmall);
  }

  void add_frame(FrameKind kind, uint32_t first_row, uint32_t rows, std::string_view raw,
                 CompressionKind compression) {
    FrameRef frame;
    frame.kind = kind;
    frame.first_row = first_row;
    frame.rows = rows;
    frame.offset = frames_.size();
    frame.raw_bytes = raw.size();
    const std::string smaller = compress(raw, compression);
    frame.compressed = smaller.size() < raw.size();
    const std::string_view stored = frame.compressed ? std::string_view(smaller) : raw;
    frame.stored_bytes = stored.size();
    frame.hash = hash_bytes(stored);
    frames_ += stored;
    header_.frames.push_back(frame);
  }

  const std::vector<Part>& parts_;
  BlockHeader header_;
  std::string frames_;
};

// Cuts the streams into blocks of about block_bytes, keeping their order.
std::vector<std::vector<Part>> split_blocks(const std::vector<Window::StreamRows>& streams,
                                            uint64_t block_bytes) {
  std::vector<std::vector<Part>> blocks(1);
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

}  // namespace

Result<ChunkSummary> write_chunk(FileSystem& files, const std::string& path,
                                 const std::vector<Window::StreamRows>& streams, JournalSpan span,
                                 uint64_t block_bytes) {
  ChunkSummary summary;
  summary.first = std::numeric_limits<Timestamp>::max();
  summary.last = std::numeric_limits<Timestamp>::min();
  std::string head;
  put_u32(head, kFileMagic);
  put_u16(head, kFileVersion);
  put_u16(head, 0);
  const std::string temporary = path + ".tmp";
  {
    ASSIGN_OR_RETURN(const auto file, files.create(temporary));
    RETURN_IF_ERROR(file->append(head));
    uint64_t offset = head.size();
    std::vector<BlockRef> refs;
    // A window may be rather more than a block after a single large push.
    for (const auto& parts : split_blocks(streams, 2 * block_bytes)) {
      BlockEncoder encoder(parts);
      const std::string block = encoder.encode();
      RETURN_IF_ERROR(file->append(block));
      BlockHeader header = encoder.header();
      BlockRef ref{offset,
                   block.size(),
                   header.rows,
                   header.raw_bytes,
                   std::numeric_limits<Timestamp>::max(),
                   std::numeric_limits<Timestamp>::min()};
      for (const BlockStream& s : header.streams) {
        ref.first = std::min(ref.first, s.first);
        ref.last = std::max(ref.last, s.last);
      }
      summary.first = std::min(summary.first, ref.first);
      summary.last = std::max(summary.last, ref.last);
      summary.rows += header.rows;
      summary.raw_bytes += header.raw_bytes;
      header.frames.clear();
      summary.blocks.push_back(std::move(header));
      refs.push_back(ref);
      offset += block.size();
    }
    const std::string end = encode_file_end(refs, offset, span);
    RETURN_IF_ERROR(file->append(end));
    RETURN_IF_ERROR(file->sync());
    summary.file_bytes = offset + end.size();
  }
  RETURN_IF_ERROR(files.rename(temporary, path));
  RETURN_IF_ERROR(files.sync_dir(parent_dir(path)));
  return summary;
}

}  // namespace logsvc::store
