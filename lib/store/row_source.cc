#include "store/row_source.h"

#include <algorithm>

namespace logsvc::store {

bool comes_before(const LabelSet& a, const LabelSet& b) {
  if (a.hash() != b.hash()) return a.hash() < b.hash();
  return a < b;
}

void RowSource::set_bound(Timestamp first, Timestamp last) {
  bound_ = backward() ? std::min(last, query_.range.end - 1) : std::max(first, query_.range.start);
}

// Heap order: the top is what comes first.
bool RowSource::comes_after(size_t a, size_t b) const {
  if (lanes_[a].time != lanes_[b].time) {
    return backward() ? lanes_[a].time < lanes_[b].time : lanes_[a].time > lanes_[b].time;
  }
  return a > b;
}

void RowSource::queue(size_t lane) {
  Lane& l = lanes_[lane];
  if (l.next == l.count) return;
  l.time = time_at(lane, l.next);
  heap_.push_back(lane);
  std::push_heap(heap_.begin(), heap_.end(),
                 [this](size_t a, size_t b) { return comes_after(a, b); });
}

Result<bool> RowSource::advance(ReadStats& stats) {
  if (!opened_) {
    opened_ = true;
    RETURN_IF_ERROR(open(stats));
    for (size_t i = 0; i < lanes_.size(); ++i) queue(i);
  } else {
    queue(current_);
  }
  if (heap_.empty()) return false;
  std::pop_heap(heap_.begin(), heap_.end(),
                [this](size_t a, size_t b) { return comes_after(a, b); });
  current_ = heap_.back();
  heap_.pop_back();
  Lane& lane = lanes_[current_];
  entry_.timestamp = lane.time;
  RETURN_IF_ERROR(build(current_, lane.next++, entry_));
  return true;
}

}  // namespace logsvc::store
