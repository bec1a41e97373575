// Which rows of which blocks are whose: the index's answer to that, file by file, kept packed in
// memory while it fits, so that planning a query seldom asks the database.
// Files never change; a file that is gone must be removed here. Safe from several threads.
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

  // False: enough.
  using RowsVisitor = std::function<bool(const StreamRef&, const StreamBlock&)>;
  // Is told of a block of which the index does not make sense.
  using DamageVisitor = std::function<void(uint64_t file, uint32_t block)>;
  // The rows of the streams in blocks that overlap the range, of these files (ascending); by file,
  // block and row. A block of which the index does not make sense is left out.
  Status visit(const StreamSelection& wanted, TimeRange range, std::span<const uint64_t> files,
               const RowsVisitor& visit, const DamageVisitor& damaged = {});
  // What the plan wants of its block, in the order of rows. kCorrupt: path, block and what.
  Result<RowRuns> runs(const BlockPlan& plan);
  // Those of the streams that have rows in blocks of the files that overlap the range.
  Result<std::vector<StreamRef>> present(const StreamSelection& wanted, TimeRange range,
                                         std::span<const uint64_t> files);
  // Of all streams, by block and row. kCorrupt: the index does not make sense.
  Result<std::vector<StreamBlock>> rows_of(uint64_t file);
  void remove(uint64_t file) { cache_.remove(file, file + 1); }
  uint64_t memory_bytes() const { return cache_.memory_bytes(); }

 private:
  using FileRef = LruCache<uint64_t, CatalogDb::FileStreams>::Ref;
  // Begun when the database has to be asked.
  using Cursor = std::optional<CatalogDb::FileCursor>;
  Result<FileRef> of_file(uint64_t file, Cursor& cursor);
  // False: enough.
  Result<bool> visit_file(uint64_t file, Cursor& cursor, const StreamSelection& wanted,
                          TimeRange range, const RowsVisitor& visit, const DamageVisitor& damaged);

  const CatalogDb& index_;
  LruCache<uint64_t, CatalogDb::FileStreams> cache_;
};

}  // namespace logsvc::store
