#include "store/read/row_source.h"

#include <algorithm>

namespace logsvc::store {

bool comes_before(const LabelSet& a, const LabelSet& b) {
  if (a.hash() != b.hash()) return a.hash() < b.hash();
  return a < b;
}

void add_stats(const ReadStats& more, ReadStats& stats) {
  stats.lines_processed += more.lines_processed;
  stats.bytes_processed += more.bytes_processed;
  stats.head_lines += more.head_lines;
  stats.compressed_bytes += more.compressed_bytes;
  stats.duplicates += more.duplicates;
  stats.warnings.insert(stats.warnings.end(), more.warnings.begin(), more.warnings.end());
}

void RowSource::set_bound(Timestamp first, Timestamp last) {
  bound_ = backward() ? std::min(last, query_.range.end - 1) : std::max(first, query_.range.start);
}

// Orders the heap: the top is what comes first.
bool RowSource::comes_after(size_t a, size_t b) const {
  if (cursors_[a].time != cursors_[b].time) {
    return backward() ? cursors_[a].time < cursors_[b].time : cursors_[a].time > cursors_[b].time;
  }
  return a > b;
}

void RowSource::queue(size_t cursor) {
  Cursor& l = cursors_[cursor];
  if (l.next == l.count) return;
  l.time = time_at(cursor, l.next);
  heap_.push_back(cursor);
  std::push_heap(heap_.begin(), heap_.end(),
                 [this](size_t a, size_t b) { return comes_after(a, b); });
}

void RowSource::open_here() {
  opened_ = open(opened_stats_);
  claim_->finish();
}

void RowSource::open_ahead(ReadAhead& threads) {
  threads.run([this, claim = claim_] {
    if (claim->take()) open_here();
  });
}

bool RowSource::try_open() {
  if (claim_->take()) open_here();
  return claim_->is_done();
}

void RowSource::settle() {
  if (!claim_->take()) claim_->wait();
}

Result<bool> RowSource::advance(ReadStats& stats) {
  if (!begun_) {
    begun_ = true;
    if (!try_open()) claim_->wait();
    add_stats(opened_stats_, stats);
    stats.chunks_read += opened_stats_.chunks_read;
    RETURN_IF_ERROR(opened_);
    for (size_t i = 0; i < cursors_.size(); ++i) queue(i);
  } else {
    queue(current_);
  }
  if (heap_.empty()) return false;
  std::pop_heap(heap_.begin(), heap_.end(),
                [this](size_t a, size_t b) { return comes_after(a, b); });
  current_ = heap_.back();
  heap_.pop_back();
  Cursor& cursor = cursors_[current_];
  entry_.timestamp = cursor.time;
  RETURN_IF_ERROR(build(current_, cursor.next++, entry_));
  return true;
}

}  // namespace logsvc::store
