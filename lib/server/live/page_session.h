// One page that looks at a live query: the pieces of its feed that wait for it, and what had to be
// left out. The page says how many lines it has taken ("taken N"): a browser reads a socket however
// busy it is, so that only this tells that it is behind.
//
// Used by the tail loop only, except where stated.
#pragma once

#include <deque>
#include <memory>
#include <string>
#include <vector>

#include "server/live/live_feed.h"
#include "server/live/live_session.h"
#include "server/live/page_frame.h"
#include "server/live/shown_history.h"

namespace logsvc::server {

struct PageOptions {
  // A page that is further behind is better served with a gap that it can load than with old lines:
  // its delay is what waits for it.
  uint64_t max_queued_lines = 20'000;
  uint64_t max_untaken_lines = 5'000;  // sent and not yet taken
  size_t frame_lines = 2'000;          // per frame of its history
};

class PageSession : public LiveSession, public FeedReader {
 public:
  explicit PageSession(PageOptions options = {}) : options_(options) {}

  void set_history(std::vector<TailEntry> history, int64_t now_ns) override;

  // True while there is room for it.
  bool wants_text(const LivePiece& piece) const override;
  // They are compared with its history.
  bool wants_entries() const override { return shown_.comparing(); }
  void offer(const std::shared_ptr<const LivePiece>& piece) override;

  std::vector<LiveFrame> take_frames(int64_t now_ns) override;
  void receive(std::string_view message) override;
  uint64_t dropped_total() const override { return left_out_total_; }
  uint64_t queued_bytes() const override { return queued_bytes_; }
  uint64_t own_bytes() const override { return history_bytes_ + shown_.memory_bytes(); }
  void shed() override;
  const FeedReader* feed_reader() const override { return this; }

 private:
  struct QueuedPiece {
    std::shared_ptr<const LivePiece> piece;  // null: nothing comes before what was left out
    LeftOut left_out;                        // what comes after it
  };
  void leave_out(const LeftOut& lines);
  void take_history(std::vector<LiveFrame>& frames);
  void take_piece(const QueuedPiece& next, std::vector<LiveFrame>& frames);
  void frame_without_history(const LivePiece& piece, const LeftOut& left_out,
                             std::vector<LiveFrame>& frames);

  const PageOptions options_;
  std::vector<TailEntry> history_;
  ShownHistory shown_;
  std::deque<QueuedPiece> waiting_;
  uint64_t history_bytes_ = 0;
  uint64_t queued_lines_ = 0;
  uint64_t queued_bytes_ = 0;
  uint64_t left_out_total_ = 0;
  uint64_t sent_ = 0;
  uint64_t matched_ = 0;
  uint64_t taken_ = 0;
};

}  // namespace logsvc::server
