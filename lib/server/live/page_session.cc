#include "server/live/page_session.h"

#include <algorithm>
#include <charconv>
#include <span>
#include <utility>

namespace logsvc::server {
namespace {

std::shared_ptr<const std::string> text_of(std::span<const TailEntry> entries) {
  return std::make_shared<const std::string>(page_lines(entries));
}

}  // namespace

void PageSession::set_history(std::vector<TailEntry> history, int64_t now_ns) {
  history_ = std::move(history);
  for (const TailEntry& entry : history_) history_bytes_ += memory_bytes(entry);
  shown_.set(history_, now_ns);
}

bool PageSession::wants_text(const LivePiece& piece) const {
  return queued_lines_ + piece.lines <= options_.max_queued_lines;
}

void PageSession::leave_out(const LeftOut& lines) {
  left_out_total_ += lines.entries + lines.unread;
  if (waiting_.empty()) waiting_.push_back({});
  waiting_.back().left_out.add(lines);
}

void PageSession::offer(const std::shared_ptr<const LivePiece>& piece) {
  if (!piece->unread.empty()) return leave_out(piece->unread);
  if (!wants_text(*piece)) return leave_out({piece->lines, 0, piece->first, piece->last});
  queued_lines_ += piece->lines;
  queued_bytes_ += piece->bytes;
  waiting_.push_back({piece, {}});
}

void PageSession::shed() {
  const std::deque<QueuedPiece> waiting = std::exchange(waiting_, {});
  queued_lines_ = queued_bytes_ = 0;
  LeftOut all;
  for (const QueuedPiece& next : waiting) {
    if (next.piece) {
      all.add({next.piece->lines, 0, next.piece->first, next.piece->last});
      left_out_total_ += next.piece->lines;
    }
    all.add(next.left_out);
  }
  if (!all.empty()) waiting_.push_back({nullptr, all});
}

void PageSession::receive(std::string_view message) {
  constexpr std::string_view kTaken = "taken ";
  if (!message.starts_with(kTaken)) return;
  message.remove_prefix(kTaken.size());
  uint64_t taken = 0;
  std::from_chars(message.data(), message.data() + message.size(), taken);
  taken_ = std::clamp(taken, taken_, sent_);
}

void PageSession::take_history(std::vector<LiveFrame>& frames) {
  for (std::span<const TailEntry> rest = history_; !rest.empty();) {
    const auto part = rest.first(std::min(options_.frame_lines, rest.size()));
    rest = rest.subspan(part.size());
    sent_ += part.size();
    matched_ += part.size();
    frames.push_back(page_frame(text_of(part), {}, matched_));
  }
  history_ = {};
  history_bytes_ = 0;
}

void PageSession::frame_without_history(const LivePiece& piece, const LeftOut& left_out,
                                        std::vector<LiveFrame>& frames) {
  std::vector<TailEntry> fresh;
  for (const TailEntry& e : piece.entries) {
    if (!shown_.take(e)) fresh.push_back(e);
  }
  sent_ += fresh.size();
  matched_ += fresh.size() + left_out.entries;
  if (fresh.empty() && left_out.empty()) return;
  frames.push_back(page_frame(text_of(fresh), left_out, matched_));
}

void PageSession::take_piece(const QueuedPiece& next, std::vector<LiveFrame>& frames) {
  if (next.piece) {
    queued_lines_ -= next.piece->lines;
    queued_bytes_ -= next.piece->bytes;
    if (shown_.may_have(*next.piece)) {
      return frame_without_history(*next.piece, next.left_out, frames);
    }
    sent_ += next.piece->lines;
    matched_ += next.piece->lines;
  }
  matched_ += next.left_out.entries;
  frames.push_back(
      page_frame(next.piece ? next.piece->text : text_of({}), next.left_out, matched_));
}

std::vector<LiveFrame> PageSession::take_frames(int64_t) {
  std::vector<LiveFrame> frames;
  take_history(frames);
  while (!waiting_.empty() && sent_ - taken_ <= options_.max_untaken_lines) {
    const QueuedPiece next = std::move(waiting_.front());
    waiting_.pop_front();
    take_piece(next, frames);
  }
  return frames;
}

}  // namespace logsvc::server
