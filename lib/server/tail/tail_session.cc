#include "server/tail/tail_session.h"

#include <algorithm>
#include <charconv>

namespace logsvc::server {
namespace {

constexpr size_t kMaxVerdicts = 20'000;

std::string entry_key(const TailEntry& e) {
  return std::to_string(e.entry.timestamp) + format_labels(e.labels) + e.entry.line;
}

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
      if (left_out_.entries++ == 0) left_out_.first = left_out_.last = e.timestamp;
      left_out_.first = std::min(left_out_.first, e.timestamp);
      left_out_.last = std::max(left_out_.last, e.timestamp);
      if (dropped_.size() < options_.max_dropped_listed) {
        dropped_.push_back({e.timestamp, s.labels.labels()});
      }
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

void TailSession::set_history(std::vector<TailEntry> history) {
  history_ = std::move(history);
  for (const TailEntry& e : history_) shown_.insert(entry_key(e));
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
      if (!shown_.empty() && shown_.count(entry_key(entry))) continue;
      out.push_back(std::move(entry));
    }
  }
}

void TailSession::receive(std::string_view message) {
  constexpr std::string_view kTaken = "taken ";
  if (!message.starts_with(kTaken)) return;
  message.remove_prefix(kTaken.size());
  uint64_t taken = 0;
  std::from_chars(message.data(), message.data() + message.size(), taken);
  taken_ = std::clamp(taken, taken_, sent_);
}

std::vector<std::string> TailSession::take_frames(int64_t now_ns) {
  if (options_.page && sent_ - taken_ > options_.max_untaken) return {};
  std::vector<Waiting> ready;
  std::vector<DroppedEntry> dropped;
  LeftOut left_out;
  {
    MutexLock lock(mutex_);
    while (!waiting_.empty() && waiting_.front().offered_ns + delay_ <= now_ns) {
      queued_entries_ -= waiting_.front().entries;
      ready.push_back(std::move(waiting_.front()));
      waiting_.pop_front();
    }
    dropped.swap(dropped_);
    left_out = std::exchange(left_out_, {});
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
  sent_ += entries.size();
  matched_ += entries.size() + left_out.entries;
  std::vector<std::string> frames;
  for (size_t first = 0; first < entries.size() || !dropped.empty();) {
    const size_t n = std::min(options_.frame_entries, entries.size() - first);
    const auto begin = std::make_move_iterator(entries.begin() + static_cast<ptrdiff_t>(first));
    const std::vector<TailEntry> part(begin, begin + static_cast<ptrdiff_t>(n));
    if (options_.page) {
      const size_t later = entries.size() - first - n;
      frames.push_back(page_frame(part, later == 0 ? left_out : LeftOut{}, matched_ - later));
    } else {
      frames.push_back(tail_frame(part, dropped, form_));
    }
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
