// Encodes and decodes, with checks, the small parts of a chunk file: FORMAT.md. The functions are
// pure.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/raw_bytes.h"
#include "base/result.h"
#include "base/time.h"
#include "model/label_set.h"
#include "store/columns/column_table.h"
#include "store/columns/integer_sequence.h"

namespace logsvc::store {

inline constexpr uint32_t kFileMagic = 0x3150474C;   // "LGP1"
inline constexpr uint32_t kBlockMagic = 0x3142474C;  // "LGB1"
inline constexpr uint16_t kFileVersion = 2;
inline constexpr uint8_t kBlockVersion = 3;
inline constexpr uint8_t kOldestBlockVersion = 2;  // has one pool; is still read
inline constexpr uint64_t kFileHeaderBytes = 8;
inline constexpr uint64_t kFooterBytes = 44;
inline constexpr uint64_t kBlockHeaderBytes = 36;

// Says how the lines of a block are kept.
enum class Codec : uint8_t {
  kPlain = 0,      // as one string column
  kTemplates = 2,  // as templates and the columns of their slots
};

struct BlockStream {
  LabelSet labels;
  uint32_t first_row = 0;
  uint32_t rows = 0;
  Timestamp first = 0;
  Timestamp last = 0;
  uint64_t raw_bytes = 0;
};

// Is the decoded header of a block. It must not be moved: the table points into `text`.
struct BlockHeader {
  BlockHeader() = default;
  BlockHeader(const BlockHeader&) = delete;
  BlockHeader& operator=(const BlockHeader&) = delete;

  Codec codec = Codec::kPlain;
  uint32_t rows = 0;
  uint64_t raw_bytes = 0;
  Duration divisor = 1;
  std::vector<BlockStream> streams;
  uint32_t lines = 0;         // column
  uint32_t metadata = kNone;  // column; kNone: no row has any
  uint32_t times = 0;         // frame
  ColumnTable table;
  RawBytes text;  // the header's bytes

  size_t memory_bytes() const;
};

// Says where a block is in its file.
struct BlockRef {
  uint64_t offset = 0;
  uint64_t length = 0;
  uint32_t rows = 0;
  uint64_t raw_bytes = 0;
  Timestamp first = 0;
  Timestamp last = 0;
};

// Holds the records of the journal whose lines a file has (inclusive; 0, 0 = none).
struct JournalSpan {
  uint64_t first = 0;
  uint64_t last = 0;
};

std::string encode_block_header(const BlockHeader& header);  // fixed part and zstd'ed header
// Returns how many bytes of stored header follow the fixed part.
Result<uint32_t> stored_header_bytes(std::string_view fixed);
// bytes is the fixed part and the stored header; frames_bytes is the size of what follows them in
// the block. Without labels (queries know streams by their rows) it is quicker and smaller.
enum class StreamLabels { kRead, kLeaveOut };
Result<std::shared_ptr<const BlockHeader>> decode_block_header(
    std::string_view bytes, uint64_t frames_bytes, StreamLabels labels = StreamLabels::kRead);

// replaces holds the numbers of the files whose lines this one has taken over.
std::string encode_file_end(const std::vector<BlockRef>& blocks, uint64_t index_offset,
                            JournalSpan span, const std::vector<uint64_t>& replaces);
struct FileEnd {
  std::vector<BlockRef> blocks;
  JournalSpan span;
  std::vector<uint64_t> replaces;
};
struct FooterHead {
  uint64_t index_offset = 0;
  uint32_t index_bytes = 0;
};
// Takes the last kFooterBytes and tells where the index is.
Result<FooterHead> decode_footer_head(std::string_view footer, uint64_t file_bytes);
// Takes index and footer together, and verifies them.
Result<FileEnd> decode_file_end(std::string_view index_and_footer, uint64_t file_bytes);

// Encodes the times of all rows, by stream; the header's streams and divisor must be set.
std::string encode_times(const BlockHeader& header, std::span<const Timestamp> times);
// Returns kCorrupt unless they agree with the streams' rows and bounds.
Result<std::vector<Timestamp>> decode_times(const BlockHeader& header, std::string_view bytes);

// Holds the times of a block as they lie in their frame, decoded stream by stream. Borrows both.
class BlockTimes {
 public:
  static Result<BlockTimes> open(const BlockHeader& header, std::string_view bytes);
  // Returns the times of the stream that has these rows; kCorrupt if the block has no such stream,
  // or if they do not agree with the header.
  Result<std::vector<Timestamp>> of_stream(uint32_t first_row, uint32_t rows) const;

 private:
  const BlockHeader* header_ = nullptr;
  IntegerView deltas_;
};

// Returns 1'000'000, 1'000 or 1.
Duration common_divisor(std::span<const Timestamp> times);

}  // namespace logsvc::store
