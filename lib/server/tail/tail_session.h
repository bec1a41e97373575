// One live reader: a query, the batches that wait for it, and what had to be left out.
// offer() is called by pushes, the rest by the tail loop; nothing else is shared.
//
// The page (options.page) gets frames of its own form and says how many lines it has taken
// ("taken N"): a browser reads a socket however busy it is, so that only this tells that it is
// behind.
#pragma once

#include <deque>
#include <memory>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "base/mutex.h"
#include "logql/engine.h"
#include "model/entry.h"
#include "server/http/response_json.h"
#include "server/tail/live_session.h"
#include "server/tail/page_frame.h"

namespace logsvc::server {

struct TailOptions {
  uint64_t max_queued_entries = 50'000;  // then whole batches are dropped and counted
  size_t frame_entries = 100;
  size_t max_dropped_listed = 1000;  // of one frame; the rest is only counted
  bool page = false;                 // frames as page_frame.h has them
  uint64_t max_untaken = 20'000;     // page: lines that may be under way
};

class TailSession : public LiveSession {
 public:
  TailSession(std::unique_ptr<logql::TailQuery> query, TailForm form, Duration delay,
              TailOptions options);

  // Puts the batch in line if a stream of it matches. Never waits. True: the loop has work.
  bool offer(const std::shared_ptr<const Batch>& batch, int64_t now_ns);

  // Entries that were read from the store, oldest first; shown before all others, and not again
  // when they are in line as well. Before the loop has the session.
  void set_history(std::vector<TailEntry> history);

  // The next frames, as JSON text. now_ns: steady; batches younger than the delay wait.
  std::vector<std::string> take_frames(int64_t now_ns) override;
  void receive(std::string_view message) override;

  uint64_t dropped_total() const override;

 private:
  struct Waiting {
    std::shared_ptr<const Batch> batch;
    int64_t offered_ns;
    uint64_t entries;
  };
  bool matches(const LabelSet& labels) REQUIRES(mutex_);
  uint64_t matching_entries(const Batch& batch) REQUIRES(mutex_);
  void leave_out(const Batch& batch, uint64_t entries) REQUIRES(mutex_);
  void process(const Batch& batch, std::vector<TailEntry>& out);

  const std::unique_ptr<logql::TailQuery> query_;
  const TailForm form_;
  const Duration delay_;
  const TailOptions options_;

  mutable Mutex mutex_;
  std::deque<Waiting> waiting_ GUARDED_BY(mutex_);
  uint64_t queued_entries_ GUARDED_BY(mutex_) = 0;
  std::vector<DroppedEntry> dropped_ GUARDED_BY(mutex_);
  LeftOut left_out_ GUARDED_BY(mutex_);  // since the last frame
  uint64_t dropped_total_ GUARDED_BY(mutex_) = 0;
  std::unordered_map<LabelSet, bool> verdicts_ GUARDED_BY(mutex_);

  // The loop's alone.
  std::vector<TailEntry> history_;
  std::unordered_set<std::string> shown_;  // of the history, until the overlap is over
  uint64_t overlap_batches_ = 0;
  uint64_t sent_ = 0;
  uint64_t matched_ = 0;
  uint64_t taken_ = 0;
};

}  // namespace logsvc::server
