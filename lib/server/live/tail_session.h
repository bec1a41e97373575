// One reader of Loki's tail: the pieces of its feed that wait for it, framed as Loki does, and what
// had to be left out.
//
// Used by the tail loop only, except where stated.
#pragma once

#include <deque>
#include <memory>
#include <vector>

#include "server/live/live_feed.h"
#include "server/live/live_session.h"
#include "server/live/shown_history.h"
#include "server/live/tail_frame.h"

namespace logsvc::server {

struct TailOptions {
  uint64_t max_queued_entries = 50'000;  // above this whole pieces are dropped and counted
  size_t frame_entries = 100;
  size_t max_dropped_listed = 1000;  // per frame; the rest is only counted
};

class TailSession : public LiveSession, public FeedReader {
 public:
  // delay is how long lines wait after they came, so that late ones are in order.
  TailSession(TailForm form, Duration delay, TailOptions options = {})
      : form_(form), delay_(delay), options_(options) {}

  void set_history(std::vector<TailEntry> history, int64_t now_ns) override;

  bool wants_text(const LivePiece&) const override { return false; }
  bool wants_entries() const override { return true; }
  void offer(const std::shared_ptr<const LivePiece>& piece) override;

  std::vector<LiveFrame> take_frames(int64_t now_ns) override;
  uint64_t dropped_total() const override { return dropped_total_; }
  uint64_t queued_bytes() const override { return queued_bytes_; }
  uint64_t own_bytes() const override { return history_bytes_ + shown_.memory_bytes(); }
  void shed() override;
  const FeedReader* feed_reader() const override { return this; }

 private:
  void leave_out(const LivePiece& piece);
  void list_dropped(Timestamp timestamp, const Labels& labels);

  const TailForm form_;
  const Duration delay_;
  const TailOptions options_;
  std::vector<TailEntry> history_;
  ShownHistory shown_;
  std::deque<std::shared_ptr<const LivePiece>> waiting_;
  uint64_t history_bytes_ = 0;
  uint64_t queued_entries_ = 0;
  uint64_t queued_bytes_ = 0;
  std::vector<DroppedEntry> dropped_;  // for the next frame to list
  uint64_t dropped_total_ = 0;
};

}  // namespace logsvc::server
