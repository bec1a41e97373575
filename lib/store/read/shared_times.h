// Finds the times that two pieces (window, block) of one stream share: only there can an entry be
// kept twice, so only there entries have to be compared. For one thread.
#pragma once

#include <span>
#include <unordered_map>
#include <vector>

#include "store/chunk/window.h"
#include "store/index/block_plan.h"

namespace logsvc::store {

// Is inclusive on both sides.
struct TimeSpan {
  Timestamp first = 0;
  Timestamp last = 0;
};

class SharedTimes {
 public:
  void add(const Window& window, const std::vector<StreamRef>& streams);
  void add(const Stream& stream, TimeSpan span) { spans_[&stream].push_back(span); }
  // Must be called after everything was added.
  void find();

  // Returns the stream's spans, sorted and apart from each other.
  const std::vector<TimeSpan>& of(const Stream* stream) const;
  // Returns those that meet the stream's rows of the block.
  std::span<const TimeSpan> in(const RowRun& run) const;
  bool has(const Stream* stream, Timestamp t) const;

 private:
  std::unordered_map<const Stream*, std::vector<TimeSpan>> spans_;
};

}  // namespace logsvc::store
