#include "store/chunk/chunk_format.h"

#include <algorithm>

#include "base/bytes.h"
#include "base/checksum.h"
#include "store/columns/integer_sequence.h"
#include "store/common/compression.h"
#include "store/common/corrupt.h"

namespace logsvc::store {
namespace {

// These are the fewest bytes that one takes when encoded: they bound counts before memory is
// reserved.
constexpr uint64_t kMinStreamBytes = 5;
constexpr uint64_t kMinLabelBytes = 2;
constexpr uint64_t kMinBlockRefBytes = 6;
constexpr uint64_t kMaxHeaderBytes = 256u << 20;
constexpr size_t kLabelTextBytes = 32;  // about, for memory
constexpr uint64_t kReservedStreams = 1 << 14;

void put_streams(std::string& out, const std::vector<BlockStream>& streams) {
  put_varint(out, streams.size());
  for (const BlockStream& stream : streams) {
    put_varint(out, stream.labels.labels().size());
    for (const Label& label : stream.labels.labels()) {
      put_string(out, label.name);
      put_string(out, label.value);
    }
    put_varint(out, stream.rows);
    put_zigzag(out, stream.first);
    put_varint(out, static_cast<uint64_t>(stream.last) - static_cast<uint64_t>(stream.first));
    put_varint(out, stream.raw_bytes);
  }
}

Status read_streams(ByteReader& in, StreamLabels wanted, BlockHeader& header) {
  uint64_t row = 0, raw = 0;
  const uint64_t count = in.count(kMinStreamBytes);
  header.streams.reserve(std::min(count, kReservedStreams));
  for (uint64_t i = 0; i < count && in.ok(); ++i) {
    BlockStream stream;
    const uint64_t label_count = in.count(kMinLabelBytes);
    if (wanted == StreamLabels::kRead) {
      Labels labels(label_count);
      for (Label& label : labels) {
        label.name = in.string();
        label.value = in.string();
      }
      stream.labels = LabelSet::from(std::move(labels));
    } else {
      for (uint64_t l = 0; l < 2 * label_count && in.ok(); ++l) in.string();
    }
    const uint64_t rows = in.varint();
    stream.first = in.zigzag();
    const uint64_t span = in.varint();
    stream.raw_bytes = in.varint();
    if (rows == 0 || rows > header.rows - row || span > static_cast<uint64_t>(kDay) ||
        stream.raw_bytes > header.raw_bytes - raw ||
        __builtin_add_overflow(stream.first, static_cast<int64_t>(span), &stream.last)) {
      return corrupt("a stream's rows do not fit the block");
    }
    stream.first_row = static_cast<uint32_t>(row);
    stream.rows = static_cast<uint32_t>(rows);
    row += rows;
    raw += stream.raw_bytes;
    header.streams.push_back(std::move(stream));
  }
  if (!in.ok() || row != header.rows || raw != header.raw_bytes) {
    return corrupt("the streams do not add up to the block");
  }
  return {};
}

}  // namespace

size_t BlockHeader::memory_bytes() const {
  size_t n = sizeof *this + text.size() + table.memory_bytes();
  for (const BlockStream& s : streams) {
    n += sizeof s + s.labels.labels().size() * (sizeof(Label) + kLabelTextBytes);
  }
  return n;
}

std::string encode_block_header(const BlockHeader& header) {
  std::string raw;
  put_varint(raw, static_cast<uint64_t>(header.divisor));
  put_streams(raw, header.streams);
  put_varint(raw, header.times);
  put_varint(raw, header.lines);
  put_varint(raw, header.metadata == kNone ? 0 : header.metadata + uint64_t{1});
  put_column_table(raw, header.table);
  const std::string stored = compress(raw, CompressionKind::kSmall);
  std::string out;
  put_u32(out, kBlockMagic);
  put_u8(out, static_cast<uint8_t>(header.codec));
  put_u8(out, kBlockVersion);
  put_u16(out, 0);
  put_u32(out, header.rows);
  put_u64(out, header.raw_bytes);
  put_u32(out, static_cast<uint32_t>(raw.size()));
  put_u32(out, static_cast<uint32_t>(stored.size()));
  put_u64(out, hash_bytes(stored, hash_bytes(out)));
  return out + stored;
}

Result<uint32_t> stored_header_bytes(std::string_view fixed) {
  if (fixed.size() < kBlockHeaderBytes || load_fixed<uint32_t>(fixed.data()) != kBlockMagic) {
    return corrupt("not a block");
  }
  return load_fixed<uint32_t>(fixed.data() + 24);
}

Result<std::shared_ptr<const BlockHeader>> decode_block_header(std::string_view bytes,
                                                               uint64_t frames_bytes,
                                                               StreamLabels labels) {
  ByteReader in(bytes);
  auto out = std::make_shared<BlockHeader>();
  BlockHeader& header = *out;
  const uint32_t magic = in.u32();
  const uint8_t codec = in.u8();
  const uint8_t version = in.u8();
  in.u16();
  header.rows = in.u32();
  header.raw_bytes = in.u64();
  const uint32_t raw_size = in.u32();
  const uint32_t stored_size = in.u32();
  const uint64_t hash = in.u64();
  const std::string_view stored = in.bytes(stored_size);
  if (!in.done() || magic != kBlockMagic) return corrupt("not a block");
  if (hash_bytes(stored, hash_bytes(bytes.substr(0, kBlockHeaderBytes - 8))) != hash) {
    return corrupt("the block header does not verify");
  }
  if (version < kOldestBlockVersion || version > kBlockVersion ||
      (codec != static_cast<uint8_t>(Codec::kPlain) &&
       codec != static_cast<uint8_t>(Codec::kTemplates))) {
    return Error{ErrorCode::kUnsupported, "block version " + std::to_string(version) + " codec " +
                                              std::to_string(codec) + "; another release wrote it"};
  }
  header.codec = static_cast<Codec>(codec);
  if (raw_size > kMaxHeaderBytes) return corrupt("the block header is too large");
  ASSIGN_OR_RETURN(header.text, decompress(stored, raw_size));
  ByteReader inner(header.text);
  header.divisor = static_cast<Duration>(inner.varint());
  if (header.divisor != 1 && header.divisor != kMicrosecond && header.divisor != kMillisecond) {
    return corrupt("the time divisor is none of 1, 1000, 1000000");
  }
  RETURN_IF_ERROR(read_streams(inner, labels, header));
  if (labels == StreamLabels::kLeaveOut) {
    // When there are many streams, labels are most of the header.
    header.text = RawBytes(inner.rest());
    inner = ByteReader(header.text);
  }
  const uint64_t times = inner.varint(), lines = inner.varint(), metadata = inner.varint();
  ASSIGN_OR_RETURN(header.table, read_column_table(inner, frames_bytes));
  if (!inner.done()) return corrupt("the column directory does not end where the header does");
  const auto is_root = [&](uint64_t column) {
    return column < header.table.columns.size() && header.table.columns[column].rows == header.rows;
  };
  if (times >= header.table.frames.size() || !is_root(lines) ||
      (metadata > 0 && !is_root(metadata - 1))) {
    return corrupt("the header names columns that are not there");
  }
  header.times = static_cast<uint32_t>(times);
  header.lines = static_cast<uint32_t>(lines);
  header.metadata = metadata ? static_cast<uint32_t>(metadata - 1) : kNone;
  return std::shared_ptr<const BlockHeader>(std::move(out));
}

std::string encode_file_end(const std::vector<BlockRef>& blocks, uint64_t index_offset,
                            JournalSpan span, const std::vector<uint64_t>& replaces) {
  std::string out;
  for (const BlockRef& block : blocks) {
    put_varint(out, block.offset);
    put_varint(out, block.length);
    put_varint(out, block.rows);
    put_varint(out, block.raw_bytes);
    put_zigzag(out, block.first);
    put_zigzag(out, block.last);
  }
  if (!replaces.empty()) put_varint(out, replaces.size());
  for (const uint64_t id : replaces) put_varint(out, id);
  const auto index_bytes = static_cast<uint32_t>(out.size());
  put_u64(out, index_offset);
  put_u32(out, index_bytes);
  put_u32(out, static_cast<uint32_t>(blocks.size()));
  put_u64(out, span.first);
  put_u64(out, span.last);
  put_u64(out, hash_bytes(out));
  put_u32(out, kFileMagic);
  return out;
}

Result<FooterHead> decode_footer_head(std::string_view footer, uint64_t file_bytes) {
  ByteReader in(footer);
  FooterHead head;
  head.index_offset = in.u64();
  head.index_bytes = in.u32();
  if (footer.size() != kFooterBytes ||
      load_fixed<uint32_t>(footer.data() + kFooterBytes - 4) != kFileMagic) {
    return corrupt("the file has no footer: it was not finished, or is cut");
  }
  if (head.index_offset < kFileHeaderBytes || head.index_offset > file_bytes ||
      head.index_bytes + kFooterBytes != file_bytes - head.index_offset) {
    return corrupt("the footer does not fit the file");
  }
  return head;
}

Result<FileEnd> decode_file_end(std::string_view index_and_footer, uint64_t file_bytes) {
  if (index_and_footer.size() < kFooterBytes) return corrupt("the file has no footer");
  const size_t index_bytes = index_and_footer.size() - kFooterBytes;
  ByteReader footer(index_and_footer.substr(index_bytes));
  FileEnd end;
  const uint64_t index_offset = footer.u64();
  footer.u32();
  const uint32_t count = footer.u32();
  end.span.first = footer.u64();
  end.span.last = footer.u64();
  const uint64_t hash = footer.u64();
  if (hash_bytes(index_and_footer.substr(0, index_and_footer.size() - 12)) != hash) {
    return corrupt("the block index does not verify");
  }
  ByteReader in(index_and_footer.substr(0, index_bytes));
  if (count > index_bytes / kMinBlockRefBytes) return corrupt("the block index is too short");
  for (uint32_t i = 0; i < count; ++i) {
    BlockRef block;
    block.offset = in.varint();
    block.length = in.varint();
    const uint64_t rows = in.varint();
    block.rows = static_cast<uint32_t>(rows);
    block.raw_bytes = in.varint();
    block.first = in.zigzag();
    block.last = in.zigzag();
    if (block.offset < kFileHeaderBytes || block.offset > index_offset ||
        block.length > index_offset - block.offset || block.length < kBlockHeaderBytes ||
        rows > UINT32_MAX || block.first > block.last) {
      return corrupt("a block is outside its file");
    }
    end.blocks.push_back(block);
  }
  if (!in.done()) {
    const uint64_t replaced = in.count(1);
    for (uint64_t i = 0; i < replaced && in.ok(); ++i) end.replaces.push_back(in.varint());
  }
  if (!in.done() || index_offset > file_bytes) return corrupt("the block index is not of its size");
  return end;
}

std::string encode_times(const BlockHeader& header, std::span<const Timestamp> times) {
  std::vector<int64_t> deltas;
  deltas.reserve(times.size());
  for (const BlockStream& s : header.streams) {
    Timestamp previous = s.first;
    for (const Timestamp t : times.subspan(s.first_row, s.rows)) {
      deltas.push_back((t - previous) / header.divisor);
      previous = t;
    }
  }
  return encode_integers(deltas);
}

Result<BlockTimes> BlockTimes::open(const BlockHeader& header, std::string_view bytes) {
  BlockTimes out;
  out.header_ = &header;
  ASSIGN_OR_RETURN(out.deltas_, IntegerView::open(bytes, header.rows));
  return out;
}

Result<std::vector<Timestamp>> BlockTimes::of_stream(uint32_t first_row, uint32_t rows) const {
  const auto s = std::lower_bound(
      header_->streams.begin(), header_->streams.end(), first_row,
      [](const BlockStream& stream, uint32_t row) { return stream.first_row < row; });
  if (s == header_->streams.end() || s->first_row != first_row || s->rows != rows) {
    return corrupt("the index names rows that the block does not have");
  }
  std::vector<Timestamp> out(rows);
  auto time = static_cast<uint64_t>(s->first);
  for (uint32_t i = 0; i < rows; ++i) {
    time += static_cast<uint64_t>(deltas_[first_row + i]) * static_cast<uint64_t>(header_->divisor);
    out[i] = static_cast<Timestamp>(time);
    // Readers search by time: a column that steps back would make them miss rows.
    if (i > 0 && out[i] < out[i - 1]) return corrupt("the times of a stream step back");
  }
  if (out.front() != s->first || out.back() != s->last) {
    return corrupt("the times of a stream do not agree with the header");
  }
  return out;
}

Result<std::vector<Timestamp>> decode_times(const BlockHeader& header, std::string_view bytes) {
  ASSIGN_OR_RETURN(const BlockTimes times, BlockTimes::open(header, bytes));
  std::vector<Timestamp> out;
  out.reserve(header.rows);
  for (const BlockStream& s : header.streams) {
    ASSIGN_OR_RETURN(const auto of_stream, times.of_stream(s.first_row, s.rows));
    out.insert(out.end(), of_stream.begin(), of_stream.end());
  }
  return out;
}

Duration common_divisor(std::span<const Timestamp> times) {
  Duration divisor = kMillisecond;
  for (const Timestamp t : times) {
    while (divisor > 1 && t % divisor != 0) divisor /= 1000;
    if (divisor == 1) break;
  }
  return divisor;
}

}  // namespace logsvc::store
