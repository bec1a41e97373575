// Bytes of a chunk file: FORMAT.md. Encoding and checked decoding of its small parts; pure
// functions.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "model/label_set.h"

namespace logsvc::store {

inline constexpr uint32_t kFileMagic = 0x3150474C;   // "LGP1"
inline constexpr uint32_t kBlockMagic = 0x3142474C;  // "LGB1"
inline constexpr uint16_t kFileVersion = 1;
inline constexpr uint8_t kBlockVersion = 1;
inline constexpr uint64_t kFileHeaderBytes = 8;
inline constexpr uint64_t kFooterBytes = 44;
inline constexpr uint64_t kBlockHeaderBytes = 36;
// A reader refuses frames that claim to be larger, before it reserves memory.
inline constexpr uint64_t kMaxFrameBytes = 1u << 30;

enum class FrameKind : uint8_t { kTimes, kLengths, kText, kMetadataSets, kMetadata };

struct FrameRef {
  FrameKind kind = FrameKind::kText;
  bool compressed = false;
  uint32_t first_row = 0;
  uint32_t rows = 0;
  uint64_t offset = 0;  // from the end of the block's header
  uint64_t stored_bytes = 0;
  uint64_t raw_bytes = 0;
  uint64_t hash = 0;
};

struct BlockStream {
  LabelSet labels;
  uint32_t first_row = 0;
  uint32_t rows = 0;
  Timestamp first = 0;
  Timestamp last = 0;
  uint64_t raw_bytes = 0;
};

// The decoded header of a block.
struct BlockHeader {
  uint8_t codec = 0;
  uint32_t rows = 0;
  uint64_t raw_bytes = 0;
  Duration divisor = 1;
  std::vector<BlockStream> streams;
  std::vector<FrameRef> frames;
};

// Where a block is in its file.
struct BlockRef {
  uint64_t offset = 0;
  uint64_t length = 0;
  uint32_t rows = 0;
  uint64_t raw_bytes = 0;
  Timestamp first = 0;
  Timestamp last = 0;
};

// Records of the journal whose lines a file holds (inclusive; 0, 0 = none).
struct JournalSpan {
  uint64_t first = 0;
  uint64_t last = 0;
};

std::string encode_block_header(const BlockHeader& header);  // fixed part and zstd'ed header
// Of the fixed part: how many bytes of stored header follow.
Result<uint32_t> stored_header_bytes(std::string_view fixed);
// bytes: fixed part and stored header; frames_bytes: what follows them in the block.
Result<BlockHeader> decode_block_header(std::string_view bytes, uint64_t frames_bytes);

std::string encode_file_end(const std::vector<BlockRef>& blocks, uint64_t index_offset,
                            JournalSpan span);
struct FileEnd {
  std::vector<BlockRef> blocks;
  JournalSpan span;
};
struct FooterHead {
  uint64_t index_offset = 0;
  uint32_t index_bytes = 0;
};
// First look at the last kFooterBytes: where the index is.
Result<FooterHead> decode_footer_head(std::string_view footer, uint64_t file_bytes);
// Index and footer together, verified.
Result<FileEnd> decode_file_end(std::string_view index_and_footer, uint64_t file_bytes);

std::string encode_planes(std::span<const uint64_t> values);
// Exactly `count` values, or kCorrupt.
Result<std::vector<uint64_t>> decode_planes(std::string_view bytes, uint64_t count);

// 1'000'000, 1'000 or 1.
Duration common_divisor(std::span<const Timestamp> times);

Error corrupt(const std::string& what);

}  // namespace logsvc::store
