#include "store/chunk_format.h"

#include <algorithm>
#include <bit>

#include "base/bytes.h"
#include "base/checksum.h"
#include "store/compression.h"

namespace logsvc::store {
namespace {

// The fewest bytes one of these takes when encoded: bounds counts before memory is reserved.
constexpr uint64_t kMinStreamBytes = 5;
constexpr uint64_t kMinLabelBytes = 2;
constexpr uint64_t kMinFrameRefBytes = 15;
constexpr uint64_t kMinBlockRefBytes = 6;
constexpr uint64_t kMaxHeaderBytes = 256u << 20;

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

void put_frames(std::string& out, const std::vector<FrameRef>& frames) {
  put_varint(out, frames.size());
  for (const FrameRef& frame : frames) {
    put_u8(out, static_cast<uint8_t>(frame.kind));
    put_u8(out, frame.compressed);
    put_varint(out, frame.first_row);
    put_varint(out, frame.rows);
    put_varint(out, frame.offset);
    put_varint(out, frame.stored_bytes);
    put_varint(out, frame.raw_bytes);
    put_u64(out, frame.hash);
  }
}

Status read_streams(ByteReader& in, BlockHeader& header) {
  uint64_t row = 0, raw = 0;
  const uint64_t count = in.count(kMinStreamBytes);
  for (uint64_t i = 0; i < count && in.ok(); ++i) {
    Labels labels(in.count(kMinLabelBytes));
    for (Label& label : labels) {
      label.name = in.string();
      label.value = in.string();
    }
    BlockStream stream;
    stream.labels = LabelSet::from(std::move(labels));
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

Status read_frames(ByteReader& in, BlockHeader& header, uint64_t frames_bytes) {
  const uint64_t count = in.count(kMinFrameRefBytes);
  for (uint64_t i = 0; i < count && in.ok(); ++i) {
    FrameRef frame;
    const uint8_t kind = in.u8();
    const uint8_t compressed = in.u8();
    const uint64_t first_row = in.varint(), rows = in.varint();
    frame.kind = static_cast<FrameKind>(kind);
    frame.compressed = compressed == 1;
    frame.offset = in.varint();
    frame.stored_bytes = in.varint();
    frame.raw_bytes = in.varint();
    frame.hash = in.u64();
    if (kind > static_cast<uint8_t>(FrameKind::kMetadata) || compressed > 1 ||
        first_row > header.rows || rows > header.rows - first_row || frame.offset > frames_bytes ||
        frame.stored_bytes > frames_bytes - frame.offset || frame.raw_bytes > kMaxFrameBytes ||
        (!frame.compressed && frame.raw_bytes != frame.stored_bytes)) {
      return corrupt("a frame is outside its block");
    }
    frame.first_row = static_cast<uint32_t>(first_row);
    frame.rows = static_cast<uint32_t>(rows);
    header.frames.push_back(frame);
  }
  if (!in.done()) return corrupt("the frame directory does not end where the header does");
  return {};
}

}  // namespace

Error corrupt(const std::string& what) { return {ErrorCode::kCorrupt, what}; }

std::string encode_block_header(const BlockHeader& header) {
  std::string raw;
  put_varint(raw, static_cast<uint64_t>(header.divisor));
  put_streams(raw, header.streams);
  put_frames(raw, header.frames);
  const std::string stored = compress(raw, CompressionKind::kSmall);
  std::string out;
  put_u32(out, kBlockMagic);
  put_u8(out, header.codec);
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

Result<BlockHeader> decode_block_header(std::string_view bytes, uint64_t frames_bytes) {
  ByteReader in(bytes);
  BlockHeader header;
  const uint32_t magic = in.u32();
  header.codec = in.u8();
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
  if (version != kBlockVersion || header.codec != 0) {
    return Error{ErrorCode::kUnsupported, "block version " + std::to_string(version) + " codec " +
                                              std::to_string(header.codec) +
                                              "; a newer release wrote it"};
  }
  if (raw_size > kMaxHeaderBytes) return corrupt("the block header is too large");
  ASSIGN_OR_RETURN(const std::string raw, decompress(stored, raw_size));
  ByteReader inner(raw);
  header.divisor = static_cast<Duration>(inner.varint());
  if (header.divisor != 1 && header.divisor != kMicrosecond && header.divisor != kMillisecond) {
    return corrupt("the time divisor is none of 1, 1000, 1000000");
  }
  RETURN_IF_ERROR(read_streams(inner, header));
  RETURN_IF_ERROR(read_frames(inner, header, frames_bytes));
  return header;
}

std::string encode_file_end(const std::vector<BlockRef>& blocks, uint64_t index_offset,
                            JournalSpan span) {
  std::string out;
  for (const BlockRef& block : blocks) {
    put_varint(out, block.offset);
    put_varint(out, block.length);
    put_varint(out, block.rows);
    put_varint(out, block.raw_bytes);
    put_zigzag(out, block.first);
    put_zigzag(out, block.last);
  }
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
  if (!in.done() || index_offset > file_bytes) return corrupt("the block index is not of its size");
  return end;
}

std::string encode_planes(std::span<const uint64_t> values) {
  uint64_t all = 0;
  for (const uint64_t v : values) all |= v;
  const auto width = static_cast<unsigned>((std::bit_width(all) + 7) / 8);
  std::string out(1 + width * values.size(), '\0');
  out[0] = static_cast<char>(width);
  char* to = out.data() + 1;
  for (unsigned plane = 0; plane < width; ++plane) {
    for (const uint64_t v : values) *to++ = static_cast<char>(v >> (8 * plane));
  }
  return out;
}

Result<std::vector<uint64_t>> decode_planes(std::string_view bytes, uint64_t count) {
  if (bytes.empty() || static_cast<unsigned char>(bytes[0]) > 8 ||
      bytes.size() - 1 != count * static_cast<unsigned char>(bytes[0])) {
    return corrupt("a number column is not of its size");
  }
  const auto width = static_cast<unsigned>(bytes[0]);
  std::vector<uint64_t> out(count);
  const char* from = bytes.data() + 1;
  for (unsigned plane = 0; plane < width; ++plane) {
    for (uint64_t& v : out) v |= uint64_t{static_cast<unsigned char>(*from++)} << (8 * plane);
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
