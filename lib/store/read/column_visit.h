// Visits all entries that a query wants window by window and block by block, in no order of time,
// so that what reads columns need not merge. Where a stream's windows and blocks share times, and
// in streams that a pending deletion concerns, entries are merged and given as rows. Blocks are
// read on several cores, a few ahead, and given in their order, so that the result is always the
// same. For one thread.
#pragma once

#include <functional>
#include <span>
#include <vector>

#include "store/read/read_context.h"
#include "store/read/shared_times.h"

namespace logsvc::store {

class ColumnVisit {
 public:
  virtual ~ColumnVisit() = default;
  ColumnVisit(const ColumnVisit&) = delete;
  ColumnVisit& operator=(const ColumnVisit&) = delete;

  Result<ReadStats> run();

 protected:
  // The query's direction, limit and fields do not matter.
  ColumnVisit(const ReadContext& context, SelectQuery query)
      : context_(context), query_(std::move(query)) {}

  // Takes entries of the stream in the range, sorted by time, that pass the test of lines.
  virtual Status visit_rows(const Stream& stream, std::span<const Entry> rows) = 0;
  // Holds what a block has for the query: the rows in the range except those at shared times.
  // Streams that it points to stay as long as the visit.
  struct BlockResult {
    virtual ~BlockResult() = default;
    ReadStats stats;
  };
  // Is called by several threads at a time. On an error `out` may hold what came before it.
  virtual Status read(const BlockPlan& block, const RowRuns& runs,
                      std::unique_ptr<BlockResult>& out) const = 0;
  // Is called in the order of blocks, by the thread of the query. An error that is the block's,
  // here or from read(), is reported; the visit goes on.
  virtual Status give(BlockResult& result) = 0;

  Status check() const;

  const ReadContext& context_;
  const SelectQuery query_;
  SharedTimes shared_;
  ReadStats stats_;

 private:
  // Lists streams that share times around then.
  struct Overlap {
    TimeSpan span;
    std::vector<StreamRef> streams;
  };
  std::vector<Overlap> overlaps(const std::vector<StreamRef>& streams) const;
  struct BlockRead {
    Status status;
    std::unique_ptr<BlockResult> result;  // nullptr: nothing was read
  };
  Status read_block(const BlockPlan& block, std::unique_ptr<BlockResult>& out) const;
  Status visit_blocks(const std::vector<BlockPlan>& blocks);
  Status visit_window(const Window& window, const Stream& stream);
  Status visit_overlap(const Overlap& overlap);
  Status visit_touched(const std::vector<StreamRef>& streams);
  // Calls visit_rows for entries that `wanted` accepts.
  using Wanted = std::function<bool(const Stream&, Timestamp)>;
  Result<ReadStats> visit_merged(const std::vector<StreamRef>& streams, const TimeSpan& span,
                                 const Wanted& wanted);

  Snapshot now_;
};

}  // namespace logsvc::store
