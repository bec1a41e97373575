#include "server/live/tail_session.h"

#include <algorithm>
#include <utility>

namespace logsvc::server {

void TailSession::set_history(std::vector<TailEntry> history, int64_t now_ns) {
  history_ = std::move(history);
  for (const TailEntry& entry : history_) history_bytes_ += memory_bytes(entry);
  shown_.set(history_, now_ns);
}

void TailSession::list_dropped(Timestamp timestamp, const Labels& labels) {
  if (dropped_.size() < options_.max_dropped_listed) dropped_.push_back({timestamp, labels});
}

// For lines that nobody looked at, only the range of their times is known.
void TailSession::leave_out(const LivePiece& piece) {
  dropped_total_ += piece.lines + piece.unread.unread;
  for (const TailEntry& entry : piece.entries) list_dropped(entry.entry.timestamp, entry.labels);
  if (piece.unread.empty()) return;
  list_dropped(piece.unread.first, {});
  list_dropped(piece.unread.last, {});
}

void TailSession::offer(const std::shared_ptr<const LivePiece>& piece) {
  const bool fits = queued_entries_ + piece->lines <= options_.max_queued_entries;
  if (!piece->unread.empty() || !fits) return leave_out(*piece);
  queued_entries_ += piece->lines;
  queued_bytes_ += piece->bytes;
  waiting_.push_back(piece);
}

void TailSession::shed() {
  for (const auto& piece : std::exchange(waiting_, {})) leave_out(*piece);
  queued_entries_ = queued_bytes_ = 0;
}

std::vector<LiveFrame> TailSession::take_frames(int64_t now_ns) {
  const std::vector<TailEntry> history = std::exchange(history_, {});
  history_bytes_ = 0;
  std::vector<const TailEntry*> entries;
  for (const TailEntry& entry : history) entries.push_back(&entry);
  std::vector<std::shared_ptr<const LivePiece>> ready;  // keeps the entries
  while (!waiting_.empty() && waiting_.front()->offered_ns + delay_ <= now_ns) {
    ready.push_back(std::move(waiting_.front()));
    waiting_.pop_front();
    const LivePiece& piece = *ready.back();
    queued_entries_ -= piece.lines;
    queued_bytes_ -= piece.bytes;
    const bool compare = shown_.may_have(piece);
    for (const TailEntry& entry : piece.entries) {
      if (!compare || !shown_.take(entry)) entries.push_back(&entry);
    }
  }
  std::stable_sort(entries.begin(), entries.end(), [](const TailEntry* a, const TailEntry* b) {
    return a->entry.timestamp < b->entry.timestamp;
  });
  std::vector<LiveFrame> frames;
  std::span<const TailEntry* const> rest = entries;
  while (!rest.empty() || !dropped_.empty()) {
    const auto part = rest.first(std::min(options_.frame_entries, rest.size()));
    frames.push_back({tail_frame(part, dropped_, form_), nullptr, {}});
    dropped_.clear();
    rest = rest.subspan(part.size());
  }
  return frames;
}

}  // namespace logsvc::server
