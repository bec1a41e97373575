#include "store/read/merge_iterator.h"

#include <algorithm>

#include "store/chunk/window.h"

namespace logsvc::store {
namespace {
constexpr uint32_t kStopCheckInterval = 256;  // entries
constexpr size_t kSeenBytes = 4096;           // about what the entries of one time need
constexpr size_t kMostSeenBytes = 64u << 20;  // for one time; duplicates beyond these are shown
}  // namespace

MergeIterator::MergeIterator(SelectQuery query, OnDamage on_damage, EntryHash hash)
    : query_(std::move(query)), on_damage_(std::move(on_damage)), hash_(hash) {}

void MergeIterator::hide(std::shared_ptr<const ActiveDeletions> deletions) {
  auto hidden = std::make_unique<DeletionMatcher>(std::move(deletions), query_.range);
  if (!hidden->is_empty()) hidden_ = std::move(hidden);
}

void MergeIterator::add(std::unique_ptr<RowSource> source) {
  const Timestamp bound = source->bound();
  push(std::move(source), bound, false);
}

// Orders the heap: the top is what comes first. A source that was not opened goes before opened
// ones of the same time, since it may hold an entry that sorts first.
bool MergeIterator::comes_after(const HeapItem& a, const HeapItem& b) const {
  const bool backward = query_.direction == Direction::kBackward;
  if (a.time != b.time) return backward ? a.time < b.time : a.time > b.time;
  if (a.opened != b.opened) return a.opened;
  if (!a.opened) return a.source->order() > b.source->order();
  const LabelSet& x = a.source->stream()->labels;
  const LabelSet& y = b.source->stream()->labels;
  if (!(x == y)) return comes_before(y, x);
  return backward ? a.source->order() < b.source->order() : a.source->order() > b.source->order();
}

void MergeIterator::push(std::unique_ptr<RowSource> source, Timestamp time, bool opened) {
  heap_.push_back({time, opened, std::move(source)});
  std::push_heap(heap_.begin(), heap_.end(),
                 [this](const HeapItem& a, const HeapItem& b) { return comes_after(a, b); });
}

MergeIterator::~MergeIterator() {
  for (size_t i = coming_at_; i < asked_; ++i) coming_[i]->settle();
}

void MergeIterator::read_ahead(ReadAhead& threads) {
  if (threads.threads() == 0) return;
  threads_ = &threads;
  std::sort_heap(heap_.begin(), heap_.end(),
                 [this](const HeapItem& a, const HeapItem& b) { return comes_after(a, b); });
  for (const HeapItem& w : heap_) coming_.push_back(w.source.get());
  std::make_heap(heap_.begin(), heap_.end(),
                 [this](const HeapItem& a, const HeapItem& b) { return comes_after(a, b); });
  std::reverse(coming_.begin(), coming_.end());
}

// Returns false if it has no more entries.
bool MergeIterator::advance(std::unique_ptr<RowSource> source) {
  const Result<bool> more = source->advance(stats_);
  if (!more.ok()) {
    on_damage_(more.error(), stats_);
    return false;
  }
  if (!*more) return false;
  const Timestamp time = source->entry().timestamp;
  push(std::move(source), time, true);
  return true;
}

// Opens the source that comes up first. While another thread opens it, this one opens those after
// it.
void MergeIterator::open_next(std::unique_ptr<RowSource> source) {
  if (!threads_) {
    advance(std::move(source));
    return;
  }
  coming_at_ += 1;
  asked_ = std::max(asked_, coming_at_);
  for (size_t i = coming_at_; i < asked_ && !source->try_open(); ++i) coming_[i]->try_open();
  if (advance(std::move(source))) {
    ahead_ /= 2;
  } else {
    ahead_ = std::min(2 * ahead_ + 1, 2 * (threads_->threads() + 1));
  }
  for (; asked_ < std::min(coming_.size(), coming_at_ + ahead_); ++asked_) {
    coming_[asked_]->open_ahead(*threads_);
  }
}

// Equal entries of a stream have equal times, so only neighbours in time are compared.
bool MergeIterator::is_duplicate() {
  const Entry& entry = current_->entry();
  const Stream* stream = current_->stream().get();
  const bool alone = (seen_.empty() || seen_time_ != entry.timestamp) &&
                     (heap_.empty() || heap_.front().time != entry.timestamp);
  if (seen_time_ != entry.timestamp) forget_seen();
  seen_time_ = entry.timestamp;
  if (alone) return false;
  // Streams often have equal lines at one time.
  const uint64_t hash = hash_(entry) + (uint64_t{stream->id} << 32);
  const auto is_same = [&](uint32_t at) {
    return seen_[at].stream == stream && same_entry(seen_[at].entry, entry);
  };
  if (seen_table_.find(hash, is_same)) return true;
  if (seen_bytes_ && seen_bytes_->size_bytes() > kMostSeenBytes) return false;
  if (!seen_bytes_) seen_bytes_ = std::make_unique<Arena>(kSeenBytes);
  seen_table_.add(hash, static_cast<uint32_t>(seen_.size()));
  seen_.push_back({stream, copy_entry(*seen_bytes_, entry)});
  return false;
}

void MergeIterator::forget_seen() {
  if (seen_.empty()) return;
  seen_.clear();
  seen_table_.clear();
  seen_bytes_.reset();
}

bool MergeIterator::next() {
  if (current_) advance(std::move(current_));
  while (!heap_.empty()) {
    if (++calls_ % kStopCheckInterval == 1 && query_.stop.stop_requested()) {
      status_ = Error{ErrorCode::kCancelled, "the query was cancelled"};
      return false;
    }
    std::pop_heap(heap_.begin(), heap_.end(),
                  [this](const HeapItem& a, const HeapItem& b) { return comes_after(a, b); });
    HeapItem top = std::move(heap_.back());
    heap_.pop_back();
    if (!top.opened) {
      open_next(std::move(top.source));
      continue;
    }
    current_ = std::move(top.source);
    if (is_duplicate()) {
      stats_.duplicates += 1;
    } else if (!hidden_ || !hidden_->matches(current_->stream()->labels, current_->entry())) {
      return true;
    }
    advance(std::move(current_));
  }
  return false;
}

}  // namespace logsvc::store
