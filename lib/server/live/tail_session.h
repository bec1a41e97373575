// One reader of Loki's tail: a query, the batches that wait for it, and what had to be left out.
// offer() is called by pushes, the rest by the tail loop; nothing else is shared.
#pragma once

#include <deque>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/mutex.h"
#include "logql/engine.h"
#include "model/entry.h"
#include "server/live/live_session.h"
#include "server/live/shown_entries.h"
#include "server/query/response_json.h"

namespace logsvc::server {

struct TailOptions {
  uint64_t max_queued_entries = 50'000;  // then whole batches are dropped and counted
  size_t frame_entries = 100;
  size_t max_dropped_listed = 1000;  // of one frame; the rest is only counted
};

class TailSession : public LiveSession {
 public:
  TailSession(std::unique_ptr<logql::TailQuery> query, TailForm form, Duration delay,
              TailOptions options);

  // Puts the batch in line if a stream of it matches. Never waits. True: the loop has work.
  bool offer(const std::shared_ptr<const Batch>& batch, int64_t now_ns);

  void set_history(std::vector<TailEntry> history, int64_t now_ns) override;

  // now_ns: steady; batches younger than the delay wait.
  std::vector<LiveFrame> take_frames(int64_t now_ns) override;
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
  uint64_t dropped_total_ GUARDED_BY(mutex_) = 0;
  std::unordered_map<LabelSet, bool> verdicts_ GUARDED_BY(mutex_);

  // The loop's alone.
  std::vector<TailEntry> history_;
  ShownEntries shown_;  // of the history, until the overlap is over
  uint64_t overlap_batches_ = 0;
};

}  // namespace logsvc::server
