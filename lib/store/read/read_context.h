// Holds what queries share: where the lines are, which blocks a query needs (from the catalog and
// the index alone), and how unreadable blocks are reported. Safe from several threads.
#pragma once

#include <functional>
#include <vector>

#include "model/log_source.h"
#include "store/catalog/catalog.h"
#include "store/index/block_plan.h"
#include "store/policy/store_environment.h"
#include "store/read/read_ahead.h"

namespace logsvc::store {

class MergeIterator;

class ReadContext {
 public:
  // Borrows all.
  ReadContext(const StoreEnvironment& environment, const Catalog& catalog,
              const StreamRegistry& streams)
      : environment_(environment),
        catalog_(catalog),
        streams_(streams),
        read_ahead_(spare_cores()) {}

  const Catalog& catalog() const { return catalog_; }
  const StreamRegistry& streams() const { return streams_; }
  ReadAhead& read_ahead() const { return read_ahead_; }

  // Returns the blocks that have rows of the streams in the range, by file and block; `each` (may
  // be empty) is given the rows that are wanted.
  using EachRows = std::function<void(const StreamRef&, const StreamBlock&)>;
  Result<std::vector<BlockPlan>> plan(const Snapshot& now, const std::vector<StreamRef>& selected,
                                      TimeRange range, const EachRows& each = {}) const;
  // These add the windows, or the blocks of a plan, that are to be merged.
  void add_windows(const Snapshot& now, const std::vector<StreamRef>& selected,
                   MergeIterator& merge) const;
  void add_blocks(std::vector<BlockPlan> blocks, MergeIterator& merge) const;

  // Reports that a block cannot be read, once in the stats of a query.
  void leave_out(const Error& error, ReadStats& stats) const;
  // Does the same, but returns an error that is not the block's.
  Status left_out(const Status& failed, ReadStats& stats) const;

 private:
  const StoreEnvironment& environment_;
  const Catalog& catalog_;
  const StreamRegistry& streams_;
  mutable ReadAhead read_ahead_;
};

}  // namespace logsvc::store
