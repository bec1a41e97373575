// Goes over all entries that a query wants piece by piece (window, block) and in no order, so that
// what reads columns need not merge. Where pieces of a stream share times, and in streams that a
// pending deletion is about, entries are merged and given as rows. Blocks are read over the cores,
// a few ahead, and given in their order, so that the result is always the same. For one thread.
#pragma once

#include <functional>
#include <span>
#include <vector>

#include "store/read/shared_times.h"
#include "store/store_impl.h"

namespace logsvc::store {

class Store::Impl::PieceVisit {
 public:
  virtual ~PieceVisit() = default;
  PieceVisit(const PieceVisit&) = delete;
  PieceVisit& operator=(const PieceVisit&) = delete;

  Result<ReadStats> run();

 protected:
  // Of the query, direction, limit and fields do not matter.
  PieceVisit(const Impl& store, SelectQuery query) : store_(store), query_(std::move(query)) {}

  // Entries of the stream in the range, sorted by time, that pass the test of lines.
  virtual Status visit_rows(const Stream& stream, std::span<const Entry> rows) = 0;
  // What a block has for the query: the rows in the range but for those at shared times. Streams
  // that it points to stay as long as the visit.
  struct Piece {
    virtual ~Piece() = default;
    ReadStats stats;
  };
  // Is called by several threads at a time. On an error `out` may have what came before it.
  virtual Status read(const BlockPlan& block, const BlockLanes& lanes,
                      std::unique_ptr<Piece>& out) const = 0;
  // In the order of blocks, by the thread of the query. An error that is the block's, here or of
  // read(), is reported; the visit goes on.
  virtual Status give(Piece& piece) = 0;

  Status check() const;

  const Impl& store_;
  const SelectQuery query_;
  SharedTimes shared_;
  ReadStats stats_;

 private:
  // Streams that share times about then.
  struct Overlap {
    TimeSpan span;
    std::vector<StreamRef> streams;
  };
  std::vector<Overlap> overlaps(const std::vector<StreamRef>& streams) const;
  struct BlockRead {
    Status status;
    std::unique_ptr<Piece> piece;  // nullptr: nothing
  };
  Status read_block(const BlockPlan& block, std::unique_ptr<Piece>& out) const;
  Status visit_blocks(const std::vector<BlockPlan>& blocks);
  Status visit_window(const Window& window, const Stream& stream);
  Status visit_overlap(const Overlap& overlap);
  Status visit_touched(const std::vector<StreamRef>& streams);
  // Calls visit_rows for entries that `wanted` wants.
  using Wanted = std::function<bool(const Stream&, Timestamp)>;
  Result<ReadStats> visit_merged(const std::vector<StreamRef>& streams, const TimeSpan& span,
                                 const Wanted& wanted);

  Snapshot now_;
};

}  // namespace logsvc::store
