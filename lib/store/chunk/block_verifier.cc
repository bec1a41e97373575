#include <optional>

#include "base/short_bytes.h"
#include "store/chunk/block_encoder.h"
#include "store/columns/column_values.h"
#include "store/common/compression.h"
#include "store/common/corrupt.h"

namespace logsvc::store {
namespace {

using Parts = std::vector<ColumnValues::Part>;

// Compares the values of a column row after row, without building them.
class ComparedColumn {
 public:
  static Result<ComparedColumn> load(ColumnReader& reader, ColumnValues& values, uint32_t column) {
    ComparedColumn out;
    if (reader.table().columns[column].type() == ColumnType::kText) {
      RETURN_IF_ERROR(reader.ranks(column));
      ASSIGN_OR_RETURN(out.ids_, reader.ids(column));
      ASSIGN_OR_RETURN(out.templates_, values.parts(column));
    } else {
      ASSIGN_OR_RETURN(out.values_, values.of(column));
    }
    return out;
  }

  // Compares the next row.
  bool is_text(std::string_view text) {
    const size_t row = row_++;
    if (templates_.empty()) return is_same(values_[row], text);
    for (ColumnValues::Part& part : templates_[(*ids_)[row]]) {
      const std::string_view next = part.next();
      if (next.size() > text.size() || !is_same(next.data(), text.data(), next.size()))
        return false;
      text.remove_prefix(next.size());
    }
    return text.empty();
  }
  bool is_pairs(std::span<const LabelView> pairs) {
    const size_t row = row_++;
    if (templates_.empty()) return false;
    Parts& parts = templates_[(*ids_)[row]];
    if (parts.size() != 2 * pairs.size()) return false;
    for (size_t i = 0; i < pairs.size(); ++i) {
      if (parts[2 * i].next() != pairs[i].name || parts[2 * i + 1].next() != pairs[i].value) {
        return false;
      }
    }
    return true;
  }

 private:
  const IdView* ids_ = nullptr;
  ColumnValues::Parts templates_;
  std::span<const std::string_view> values_;  // set if there are no templates
  size_t row_ = 0;
};

}  // namespace

Status verify_block(std::string_view block, const std::vector<BlockPart>& parts) {
  ASSIGN_OR_RETURN(const uint32_t header_bytes, stored_header_bytes(block));
  const std::string_view frames = block.substr(kBlockHeaderBytes + header_bytes);
  ASSIGN_OR_RETURN(
      const auto header,
      decode_block_header(block.substr(0, kBlockHeaderBytes + header_bytes), frames.size()));
  ColumnReader reader(header->table, [&](const Frame& f) -> Result<RawBytes> {
    const std::string_view stored = frames.substr(f.offset, f.stored_bytes);
    if (!f.compressed) return RawBytes(stored);
    return decompress(stored, f.raw_bytes);
  });
  ASSIGN_OR_RETURN(const std::string_view times_bytes, reader.frame(header->times));
  ASSIGN_OR_RETURN(const std::vector<Timestamp> times, decode_times(*header, times_bytes));
  ColumnValues values(reader);
  ASSIGN_OR_RETURN(ComparedColumn lines, ComparedColumn::load(reader, values, header->lines));
  std::optional<ComparedColumn> metadata;
  if (header->metadata != kNone) {
    ASSIGN_OR_RETURN(metadata, ComparedColumn::load(reader, values, header->metadata));
  }
  uint32_t row = 0;
  for (const BlockPart& part : parts) {
    for (const Entry& entry : part.rows) {
      if (times[row] != entry.timestamp || !lines.is_text(entry.line) ||
          !(metadata ? metadata->is_pairs(entry.metadata) : entry.metadata.empty())) {
        return corrupt("row " + std::to_string(row) + " does not come back as it was");
      }
      ++row;
    }
  }
  return {};
}

}  // namespace logsvc::store
