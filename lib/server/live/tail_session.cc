#include "server/live/tail_session.h"

#include <algorithm>

namespace logsvc::server {
namespace {

constexpr size_t kMaxVerdicts = 20'000;

}  // namespace

TailSession::TailSession(std::unique_ptr<logql::TailQuery> query, TailForm form, Duration delay,
                         TailOptions options)
    : query_(std::move(query)), form_(form), delay_(delay), options_(options) {}

bool TailSession::matches(const LabelSet& labels) {
  const auto found = verdicts_.find(labels);
  if (found != verdicts_.end()) return found->second;
  if (verdicts_.size() >= kMaxVerdicts) verdicts_.clear();
  return verdicts_[labels] = matches_all(query_->matchers(), labels);
}

uint64_t TailSession::matching_entries(const Batch& batch) {
  uint64_t n = 0;
  for (const StreamEntries& s : batch.streams) {
    if (matches(s.labels)) n += s.entries.size();
  }
  return n;
}

void TailSession::leave_out(const Batch& batch, uint64_t entries) {
  dropped_total_ += entries;
  for (const StreamEntries& s : batch.streams) {
    if (!matches(s.labels)) continue;
    for (const Entry& e : s.entries) {
      if (dropped_.size() >= options_.max_dropped_listed) return;
      dropped_.push_back({e.timestamp, s.labels.labels()});
    }
  }
}

bool TailSession::offer(const std::shared_ptr<const Batch>& batch, int64_t now_ns) {
  MutexLock lock(mutex_);
  const uint64_t entries = matching_entries(*batch);
  if (entries == 0) return false;
  if (queued_entries_ + entries > options_.max_queued_entries) {
    leave_out(*batch, entries);
    return true;
  }
  queued_entries_ += entries;
  waiting_.push_back({batch, now_ns, entries});
  return true;
}

void TailSession::set_history(std::vector<TailEntry> history, int64_t) {
  history_ = std::move(history);
  for (const TailEntry& e : history_) shown_.add(e);
  // Only what was in line when the history had been read can be in both.
  MutexLock lock(mutex_);
  overlap_batches_ = waiting_.size();
}

void TailSession::process(const Batch& batch, std::vector<TailEntry>& out) {
  for (const StreamEntries& s : batch.streams) {
    if (!matches_all(query_->matchers(), s.labels)) continue;
    for (const Entry& e : s.entries) {
      TailEntry entry;
      if (!query_->process(s.labels, e, form_ == TailForm::kCategorized, entry.labels, entry.entry))
        continue;
      if (shown_.take(entry)) continue;
      out.push_back(std::move(entry));
    }
  }
}

std::vector<LiveFrame> TailSession::take_frames(int64_t now_ns) {
  std::vector<Waiting> ready;
  std::vector<DroppedEntry> dropped;
  {
    MutexLock lock(mutex_);
    while (!waiting_.empty() && waiting_.front().offered_ns + delay_ <= now_ns) {
      queued_entries_ -= waiting_.front().entries;
      ready.push_back(std::move(waiting_.front()));
      waiting_.pop_front();
    }
    dropped.swap(dropped_);
  }
  std::vector<TailEntry> entries = std::move(history_);
  history_.clear();
  for (const Waiting& w : ready) {
    process(*w.batch, entries);
    if (overlap_batches_ > 0 && --overlap_batches_ == 0) shown_.clear();
  }
  if (overlap_batches_ == 0) shown_.clear();
  std::stable_sort(entries.begin(), entries.end(), [](const TailEntry& a, const TailEntry& b) {
    return a.entry.timestamp < b.entry.timestamp;
  });
  std::vector<LiveFrame> frames;
  for (size_t first = 0; first < entries.size() || !dropped.empty();) {
    const size_t n = std::min(options_.frame_entries, entries.size() - first);
    const auto begin = std::make_move_iterator(entries.begin() + static_cast<ptrdiff_t>(first));
    const std::vector<TailEntry> part(begin, begin + static_cast<ptrdiff_t>(n));
    frames.push_back({tail_frame(part, dropped, form_), nullptr, {}});
    dropped.clear();
    first += n;
  }
  return frames;
}

uint64_t TailSession::dropped_total() const {
  MutexLock lock(mutex_);
  return dropped_total_;
}

}  // namespace logsvc::server
