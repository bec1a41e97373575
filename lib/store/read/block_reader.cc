#include "store/read/block_reader.h"

#include <algorithm>

#include "store/common/corrupt.h"

namespace logsvc::store {
namespace {

// Metadata of these names counts as what parsers say of a line.
constexpr std::string_view kErrorName = "__error__";
constexpr std::string_view kErrorDetailsName = "__error_details__";

}  // namespace

Result<std::unique_ptr<BlockReader>> BlockReader::open(ChunkCache& cache, const BlockPlan& plan,
                                                       const RowRuns& runs) {
  ASSIGN_OR_RETURN(auto reader, cache.reader(plan.file, plan.path));
  ASSIGN_OR_RETURN(OpenBlock block, cache.block(plan.file, *reader, plan.block));
  std::unique_ptr<BlockReader> out(
      new BlockReader(cache, plan.file, plan.block, std::move(reader), std::move(block)));
  // The block has verified: the index is wrong, so this does not count as damage of the block.
  if (!out->has(runs)) {
    return out->reader_->located(corrupt("its streams are not those of the index"), plan.block);
  }
  return out;
}

BlockReader::BlockReader(ChunkCache& cache, uint64_t file, uint32_t number,
                         std::shared_ptr<const ChunkReader> reader, OpenBlock block)
    : cache_(cache),
      file_(file),
      number_(number),
      reader_(std::move(reader)),
      block_(std::move(block)),
      columns_(block_.header->table, reader_->loader(block_)),
      search_(columns_),
      metadata_(columns_, block_.header->metadata) {}

bool BlockReader::has(const RowRuns& runs) const {
  const auto& streams = block_.header->streams;
  auto s = streams.begin();
  for (const RowRun& run : runs) {
    const StreamBlock& rows = run.rows;
    if (s != streams.end() && s->first_row < rows.first_row) ++s;  // usually it is the next one
    if (s != streams.end() && s->first_row != rows.first_row) {
      s = std::lower_bound(s, streams.end(), rows.first_row,
                           [](const BlockStream& b, uint32_t row) { return b.first_row < row; });
    }
    if (s == streams.end() || s->first_row != rows.first_row || s->rows != rows.rows ||
        s->first != rows.first || s->last != rows.last || s->raw_bytes != rows.raw_bytes) {
      return false;
    }
  }
  return true;
}

Error BlockReader::located(const Error& error) const {
  return cache_.damaged(file_, number_, reader_->located(error, number_));
}

Status BlockReader::located(Status status) const {
  if (status.ok()) return status;
  return located(status.error());
}

Result<RowSet> BlockReader::find(const LinePredicate& lines) {
  auto found = search_.find(block_.header->lines, lines);
  if (!found.ok()) return located(found.error());
  return found;
}

FieldSearch& BlockReader::fields(const FieldParser& parser) {
  if (!fields_) fields_.emplace(columns_, block_.header->lines, parser);
  return *fields_;
}

Result<RowSet> BlockReader::find(const FieldParser& parser, const FieldPredicate& field) {
  if (metadata_.may_have(field.name)) return RowSet::all(rows());
  auto found = fields(parser).find(field);
  if (!found.ok()) return located(found.error());
  return found;
}

Status BlockReader::choose_field(const FieldParser& parser, const std::string& name) {
  field_chosen_ = !metadata_.may_have(name) && !metadata_.may_have(kErrorName) &&
                  !metadata_.may_have(kErrorDetailsName);
  if (!field_chosen_) return {};
  return located(fields(parser).choose(name));
}

Result<std::vector<Timestamp>> BlockReader::times(uint32_t first_row, uint32_t rows) {
  if (!times_) {
    const auto frame = columns_.frame(block_.header->times);
    if (!frame.ok()) return located(frame.error());
    auto opened = BlockTimes::open(*block_.header, *frame);
    if (!opened.ok()) return located(opened.error());
    times_ = std::move(*opened);
  }
  auto times = times_->of_stream(first_row, rows);
  if (!times.ok()) return located(times.error());
  return times;
}

Status BlockReader::load() {
  if (loaded_) return {};
  RETURN_IF_ERROR(located(columns_.load(block_.header->lines)));
  RETURN_IF_ERROR(located(metadata_.load()));
  loaded_ = true;
  return {};
}

Status BlockReader::build(uint32_t row, Entry& entry) {
  const uint32_t lines = block_.header->lines;
  if (!loaded_) {
    RETURN_IF_ERROR(located(columns_.prepare(lines, row)));
    RETURN_IF_ERROR(located(metadata_.prepare(row)));
  }
  line_.clear();
  columns_.append(lines, row, line_);
  entry.line = line_.view(0);
  entry.metadata = metadata_.row(row);
  return {};
}

}  // namespace logsvc::store
