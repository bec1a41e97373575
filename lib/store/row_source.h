// Entries of one place (a window in memory, a block in a file), of several streams, merged by time
// in the asked direction: what MergeIterator merges. For one thread.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "model/log_source.h"
#include "store/block_plan.h"
#include "store/chunk_cache.h"

namespace logsvc::store {

class RowSource {
 public:
  RowSource(const SelectQuery& query, uint64_t order) : query_(query), order_(order) {}
  virtual ~RowSource() = default;

  // No entry comes before this in the direction; known without reading.
  Timestamp bound() const { return bound_; }
  // True: entry() and stream() are the next ones, until advance() is called again.
  Result<bool> advance(ReadStats& stats);
  const Entry& entry() const { return entry_; }
  const StreamRef& stream() const { return lanes_[current_].stream; }
  // Rises with arrival: tells equal times of one stream apart.
  uint64_t order() const { return order_; }

 protected:
  // One stream's rows that are wanted, in the direction of the query.
  struct Lane {
    StreamRef stream;
    uint32_t count = 0;
    uint32_t next = 0;
    Timestamp time = 0;  // of the next one
  };
  // The first call of advance() opens: counts are set then.
  virtual Status open(ReadStats& stats) = 0;
  virtual Timestamp time_at(size_t lane, uint32_t position) const = 0;
  virtual Status build(size_t lane, uint32_t position, Entry& entry) = 0;

  bool backward() const { return query_.direction == Direction::kBackward; }
  // Of the lanes: the earliest time they can have, or the latest if backward.
  void set_bound(Timestamp first, Timestamp last);

  const SelectQuery& query_;
  // In the order of streams with equal times. Filled by the constructor of the derived class.
  std::vector<Lane> lanes_;

 private:
  bool comes_after(size_t a, size_t b) const;
  void queue(size_t lane);

  const uint64_t order_;
  Timestamp bound_ = 0;
  bool opened_ = false;
  Entry entry_;
  size_t current_ = 0;
  std::vector<size_t> heap_;  // lanes that have more
};

// The order of streams whose entries have equal times: by hash, then by label string.
bool comes_before(const LabelSet& a, const LabelSet& b);

struct HeadLane {
  StreamRef stream;
  std::vector<Entry> rows;  // sorted by time, not empty
};
// `keep` holds the rows' bytes. Borrows the query.
std::unique_ptr<RowSource> make_head_source(std::vector<HeadLane> lanes, uint64_t order,
                                            std::shared_ptr<const void> keep,
                                            const SelectQuery& query);

// Borrows the cache and the query.
std::unique_ptr<RowSource> make_block_source(BlockPlan plan, ChunkCache& cache,
                                             const SelectQuery& query);

}  // namespace logsvc::store
