// One live query that any number of pages look at: each line is tested and put into JSON once,
// and every page gets the same text.
//
// Pushes offer batches, which wait; the tail loop forms pieces of them, about every 50 ms, and
// gives each piece to all pages. A page that is behind is told how many lines of the pieces it
// missed, which is known exactly because the filter has been over them.
#pragma once

#include <deque>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/mutex.h"
#include "logql/engine.h"
#include "model/entry.h"
#include "server/tail/page_frame.h"

namespace logsvc::server {

class PageSession;

// Lines of one or several batches in the order of time. Immutable.
struct LivePiece {
  uint64_t batch = 0;      // number of its oldest batch in the feed
  int64_t offered_ns = 0;  // when that came; steady
  uint64_t lines = 0;
  Timestamp first = 0;
  Timestamp last = 0;
  // What page_lines() made of them; null if no page had room for it.
  std::shared_ptr<const std::string> text;
  // The lines themselves; kept only while a page still compares them with its history.
  std::vector<TailEntry> entries;
  // Instead of lines: some that nobody looked at.
  LeftOut unread;
};

class LiveFeed {
 public:
  struct Limits {
    uint64_t waiting_entries = 200'000;  // beyond them lines are counted and not read
    uint64_t formed_entries = 20'000;    // in one go
    size_t piece_lines = 2'000;
  };
  explicit LiveFeed(std::unique_ptr<logql::TailQuery> query)
      : LiveFeed(std::move(query), Limits{}) {}
  LiveFeed(std::unique_ptr<logql::TailQuery> query, Limits limits);

  // Any thread. Puts the batch in line if a stream of it matches; never waits. True: there is
  // something to form.
  bool offer(const std::shared_ptr<const Batch>& batch, int64_t now_ns);
  // Any thread. The page gets what is offered from now on.
  void join(std::shared_ptr<PageSession> session);
  // Any thread. False: no page is left.
  bool leave(const LiveSession* session);
  size_t pages() const;

  // The tail loop alone. True: more is waiting.
  bool form();

 private:
  struct Waiting {
    std::shared_ptr<const Batch> batch;  // null: only what was not read
    uint64_t number = 0;
    int64_t offered_ns = 0;
    uint64_t entries = 0;
    LeftOut unread;
    bool begins = false;  // a page joined before it: no piece reaches over that
  };
  using Pages = std::vector<std::shared_ptr<PageSession>>;
  LeftOut matching(const Batch& batch) REQUIRES(mutex_);
  bool matches(const LabelSet& labels) REQUIRES(mutex_);
  std::vector<Waiting> take_group(uint64_t most_entries, Pages& pages);
  void form_group(const std::vector<Waiting>& group, const Pages& pages);
  void hand_out(std::vector<TailEntry> entries, const Waiting& oldest, const Pages& pages);

  const std::unique_ptr<logql::TailQuery> query_;  // process() is the loop's
  const Limits limits_;

  mutable Mutex mutex_;
  std::deque<Waiting> waiting_ GUARDED_BY(mutex_);
  uint64_t waiting_entries_ GUARDED_BY(mutex_) = 0;
  uint64_t next_number_ GUARDED_BY(mutex_) = 0;
  bool joined_ GUARDED_BY(mutex_) = false;  // since the last batch
  std::unordered_map<LabelSet, bool> verdicts_ GUARDED_BY(mutex_);
  Pages pages_ GUARDED_BY(mutex_);
};

}  // namespace logsvc::server
