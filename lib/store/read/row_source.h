// Gives entries of one place (a window in memory, a block in a file) and several streams, merged by
// time in the query's direction: MergeIterator merges such sources. For one thread, except that
// another may open it ahead.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "model/log_source.h"
#include "store/chunk/chunk_cache.h"
#include "store/index/block_directory.h"
#include "store/index/block_plan.h"
#include "store/read/read_ahead.h"

namespace logsvc::store {

// Adds what another part of the same query cost, except for the numbers of blocks.
void add_stats(const ReadStats& more, ReadStats& stats);

class RowSource {
 public:
  RowSource(const SelectQuery& query, uint64_t order) : query_(query), order_(order) {}
  virtual ~RowSource() = default;

  // Returns a time before which no entry comes in the direction; it is known without reading.
  Timestamp bound() const { return bound_; }
  // Has another thread open it, unless advance() comes first. Whoever calls this must call settle()
  // before the source or what it borrows is destroyed.
  void open_ahead(ReadAhead& threads);
  // Opens it now, unless somebody does or did. Returns false while somebody does.
  bool try_open();
  // Nobody opens it any more when this returns.
  void settle();

  // Returns true if entry() and stream() are the next ones, until advance() is called again.
  Result<bool> advance(ReadStats& stats);
  const Entry& entry() const { return entry_; }
  const StreamRef& stream() const { return cursors_[current_].stream; }
  // Grows with arrival: it orders equal times of one stream.
  uint64_t order() const { return order_; }

 protected:
  // Points into one stream's wanted rows, in the direction of the query.
  struct Cursor {
    StreamRef stream;
    uint32_t count = 0;
    uint32_t next = 0;
    Timestamp time = 0;  // the next row's
  };
  // Sets the counts of cursors. It may run before the rest, in another thread.
  virtual Status open(ReadStats& stats) = 0;
  virtual Timestamp time_at(size_t cursor, uint32_t position) const = 0;
  virtual Status build(size_t cursor, uint32_t position, Entry& entry) = 0;

  bool backward() const { return query_.direction == Direction::kBackward; }
  // Sets the earliest time that cursors can have, or the latest if backward.
  void set_bound(Timestamp first, Timestamp last);

  const SelectQuery& query_;
  // They are in the order of streams with equal times. The derived class fills them at the end of
  // open().
  std::vector<Cursor> cursors_;

 private:
  bool comes_after(size_t a, size_t b) const;
  void queue(size_t cursor);
  void open_here();

  const uint64_t order_;
  Timestamp bound_ = 0;
  const std::shared_ptr<OpenClaim> claim_ = std::make_shared<OpenClaim>();
  Status opened_;  // set when the claim is done
  ReadStats opened_stats_;
  bool begun_ = false;
  Entry entry_;
  size_t current_ = 0;
  std::vector<size_t> heap_;  // cursors that have more
};

// Orders streams whose entries have equal times: by hash, then by label string.
bool comes_before(const LabelSet& a, const LabelSet& b);

// Holds what a window has of one stream for a query.
struct HeadRows {
  StreamRef stream;
  std::vector<Entry> rows;  // sorted by time, not empty
};
// `keep` holds the rows' bytes. Borrows the query.
std::unique_ptr<RowSource> make_head_source(std::vector<HeadRows> streams, uint64_t order,
                                            std::shared_ptr<const void> keep,
                                            const SelectQuery& query);

// Borrows all but the plan.
std::unique_ptr<RowSource> make_block_source(BlockPlan plan, BlockDirectory& directory,
                                             ChunkCache& cache, const SelectQuery& query);

}  // namespace logsvc::store
