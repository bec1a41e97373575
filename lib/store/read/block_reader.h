// Finds and builds what a query wants of one block. Everything read is checked; errors say path and
// block, and the cache is told of damage. For one thread.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "model/log_source.h"
#include "store/chunk/chunk_cache.h"
#include "store/columns/column_search.h"
#include "store/columns/field_search.h"
#include "store/columns/row_metadata.h"
#include "store/index/block_plan.h"

namespace logsvc::store {

class BlockReader {
 public:
  // Borrows the cache; runs ascend, as BlockDirectory gives them. Returns kNotFound if the file is
  // gone; kCorrupt, also if the block's streams differ from what the index says: rows of the runs
  // must be rows of the block.
  static Result<std::unique_ptr<BlockReader>> open(ChunkCache& cache, const BlockPlan& plan,
                                                   const RowRuns& runs);

  uint32_t rows() const { return block_.header->rows; }
  // Returns exactly the rows whose lines pass.
  Result<RowSet> find(const LinePredicate& lines);
  // Returns a superset of the rows that pass; all of them if metadata may have a label of the name.
  // All calls for one block must name the same parser.
  Result<RowSet> find(const FieldParser& parser, const FieldPredicate& field);
  // Makes field() give the field of this name. It gives kUnknown throughout if metadata may have a
  // label of that name, or an error.
  Status choose_field(const FieldParser& parser, const std::string& name);
  FieldSearch::Answer field(uint32_t row, ByteBuffer& out) {
    return field_chosen_ ? fields_->value(row, out) : FieldSearch::Answer::kUnknown;
  }
  // Returns the times of the stream that has these rows.
  Result<std::vector<Timestamp>> times(uint32_t first_row, uint32_t rows);
  // Decodes all that any row needs; without it each row decodes only what it needs.
  Status load();
  // Views in the entry live until the next call. Its time is not set.
  Status build(uint32_t row, Entry& entry);

  uint64_t bytes_read() const { return columns_.bytes_read(); }  // stored

 private:
  BlockReader(ChunkCache& cache, uint64_t file, uint32_t number,
              std::shared_ptr<const ChunkReader> reader, OpenBlock block);
  bool has(const RowRuns& runs) const;
  FieldSearch& fields(const FieldParser& parser);
  Error located(const Error& error) const;
  Status located(Status status) const;

  ChunkCache& cache_;
  const uint64_t file_;
  const uint32_t number_;
  const std::shared_ptr<const ChunkReader> reader_;
  const OpenBlock block_;
  ColumnReader columns_;
  ColumnSearch search_;
  std::optional<FieldSearch> fields_;
  RowMetadata metadata_;
  std::optional<BlockTimes> times_;
  bool loaded_ = false;
  bool field_chosen_ = false;
  ByteBuffer line_;
};

}  // namespace logsvc::store
