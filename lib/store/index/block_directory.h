// Knows which rows of which blocks belong to which stream: the index's answer, file by file, kept
// packed in memory while it fits, so that planning a query seldom asks the database. Files never
// change; a file that is gone must be removed here. Safe from several threads.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "store/common/lru_cache.h"
#include "store/index/block_plan.h"
#include "store/index/catalog_db.h"

namespace logsvc::store {

class BlockDirectory {
 public:
  // Borrows the index.
  BlockDirectory(const CatalogDb& index, uint64_t max_bytes) : index_(index), cache_(max_bytes) {}

  // Returns false when it has enough.
  using RowsVisitor = std::function<bool(const StreamRef&, const StreamBlock&)>;
  // Is told of a block whose rows in the index are damaged.
  using DamageVisitor = std::function<void(uint64_t file, uint32_t block)>;
  // Visits the rows of the streams in blocks that overlap the range, in these files (ascending), by
  // file, block and row. A block whose rows in the index are damaged is left out.
  Status visit(const StreamSelection& wanted, TimeRange range, std::span<const uint64_t> files,
               const RowsVisitor& visit, const DamageVisitor& damaged = {});
  // Returns what the plan wants of its block, in the order of rows. kCorrupt names path, block and
  // what is wrong.
  Result<RowRuns> runs(const BlockPlan& plan);
  // Returns those of the streams that have rows in blocks of the files that overlap the range.
  Result<std::vector<StreamRef>> present(const StreamSelection& wanted, TimeRange range,
                                         std::span<const uint64_t> files);
  // Returns the rows of all streams, by block and row; kCorrupt if the index is damaged.
  Result<std::vector<StreamBlock>> rows_of(uint64_t file);
  void remove(uint64_t file) { cache_.remove(file, file + 1); }
  uint64_t memory_bytes() const { return cache_.memory_bytes(); }

 private:
  using FileRef = LruCache<uint64_t, CatalogDb::FileStreams>::Ref;
  // It is opened when the database has to be asked.
  using Cursor = std::optional<CatalogDb::FileCursor>;
  Result<FileRef> of_file(uint64_t file, Cursor& cursor);
  // Returns false when the visitor has enough.
  Result<bool> visit_file(uint64_t file, Cursor& cursor, const StreamSelection& wanted,
                          TimeRange range, const RowsVisitor& visit, const DamageVisitor& damaged);

  const CatalogDb& index_;
  LruCache<uint64_t, CatalogDb::FileStreams> cache_;
};

}  // namespace logsvc::store
