// Which rows of which blocks are whose: the index's answer to that, file by file, kept in memory
// while it fits, so that planning a query does not ask the database for thousands of rows.
// Files never change; a file that is gone must be removed here. Safe from several threads.
#pragma once

#include <vector>

#include "store/label_index.h"
#include "store/lru_cache.h"

namespace logsvc::store {

class BlockDirectory {
 public:
  // Borrows the index.
  BlockDirectory(const LabelIndex& index, uint64_t max_bytes) : index_(index), cache_(max_bytes) {}

  // Blocks of the files (ascending) that hold rows of the streams in the range, by file and block.
  Result<std::vector<StreamBlock>> find(const std::vector<StreamRef>& streams, TimeRange range,
                                        const std::vector<uint64_t>& files);
  void remove(uint64_t file) { cache_.remove(file, file + 1); }

 private:
  using FileRows = std::vector<StreamBlock>;
  Result<LruCache<uint64_t, FileRows>::Ref> of_file(uint64_t file);

  const LabelIndex& index_;
  LruCache<uint64_t, FileRows> cache_;
};

}  // namespace logsvc::store
