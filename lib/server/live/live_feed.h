// One live query for any number of readers: each line is tested once for all of them and put into
// JSON once for all pages.
//
// Pushes offer batches, which wait; the tail loop forms pieces of them, about every 50 ms, and
// gives each piece to all pages. A page that is behind is told how many lines of the pieces it
// missed; the number is exact because the filter has been over them.
#pragma once

#include <deque>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/mutex.h"
#include "logql/engine.h"
#include "model/entry.h"
#include "server/live/live_memory.h"
#include "server/live/page_frame.h"

namespace logsvc::server {

// Lines of one or several batches in the order of time. Immutable.
struct LivePiece {
  uint64_t batch = 0;      // number of its oldest batch in the feed
  int64_t offered_ns = 0;  // when that came, by the steady clock
  uint64_t lines = 0;
  Timestamp first = 0;
  Timestamp last = 0;
  // The JSON that page_lines() made of them; null if no reader wanted it.
  std::shared_ptr<const std::string> text;
  // The lines themselves; empty if no reader wanted them.
  std::vector<TailEntry> entries;
  // Counts lines that nobody looked at; such a piece has no lines.
  LeftOut unread;
  uint64_t bytes = 0;  // about what text and entries occupy
  LiveLease lease;     // of the entries; the text has its own
};

// Takes the pieces of a feed: a page, or whatever counts them. Only the tail loop calls it.
class FeedReader {
 public:
  virtual ~FeedReader() = default;
  // Sets the number of the first batch that is for it; called once, when it joins.
  void set_first_batch(uint64_t number) { first_batch_ = number; }
  bool is_for(const LivePiece& piece) const { return piece.batch >= first_batch_; }

  // Whether it needs the piece's text, or its entries.
  virtual bool wants_text(const LivePiece& piece) const = 0;
  virtual bool wants_entries() const = 0;
  virtual bool is_viewer() const { return true; }
  virtual void offer(const std::shared_ptr<const LivePiece>& piece) = 0;

 private:
  uint64_t first_batch_ = 0;
};

class LiveFeed {
 public:
  struct Limits {
    uint64_t waiting_entries = 200'000;  // lines beyond them are counted and not read
    uint64_t formed_entries = 20'000;    // in one go
    uint64_t formed_bytes = 16u << 20;   // and of so many bytes of batches, but for the first one
    size_t piece_lines = 2'000;
  };
  // With categorize, metadata and parsed fields of the entries are kept apart from their labels.
  // memory, which is borrowed, counts what waits; null: nobody does.
  explicit LiveFeed(std::unique_ptr<logql::TailQuery> query, bool categorize = false,
                    const LiveMemory* memory = nullptr)
      : LiveFeed(std::move(query), Limits{}, categorize, memory) {}
  LiveFeed(std::unique_ptr<logql::TailQuery> query, Limits limits, bool categorize = false,
           const LiveMemory* memory = nullptr);

  // Any thread. Queues the batch if a stream of it matches; never waits. Without room for it, its
  // lines are only counted. Returns true if there is something to form.
  bool offer(const std::shared_ptr<const Batch>& batch, int64_t now_ns, bool room = true);
  // Any thread. The reader gets what is offered from now on.
  void join(std::shared_ptr<FeedReader> reader);
  // Any thread. Returns false if nobody is left.
  bool leave(const FeedReader* reader);
  size_t viewers() const;

  // The tail loop only. Returns true if more is waiting.
  bool form();

 private:
  struct QueuedBatch {
    std::shared_ptr<const Batch> batch;  // null: only counts of what was not read
    uint64_t number = 0;
    int64_t offered_ns = 0;
    uint64_t entries = 0;
    uint64_t bytes = 0;
    LeftOut unread;
    bool begins = false;  // somebody joined before it: no piece extends across that point
  };
  using Readers = std::vector<std::shared_ptr<FeedReader>>;
  LeftOut matching(const Batch& batch) REQUIRES(mutex_);
  bool matches(const LabelSet& labels) REQUIRES(mutex_);
  std::vector<QueuedBatch> take_group(uint64_t most_entries, uint64_t most_bytes, Readers& readers);
  std::shared_ptr<const std::string> counted(std::string text) const;
  void form_group(const std::vector<QueuedBatch>& group, const Readers& readers);
  void hand_out(std::vector<TailEntry> entries, const QueuedBatch& oldest, const Readers& readers);

  const std::unique_ptr<logql::TailQuery> query_;  // process() is for the loop only
  const Limits limits_;
  const bool categorize_;
  const LiveMemory* const memory_;

  mutable Mutex mutex_;
  std::deque<QueuedBatch> waiting_ GUARDED_BY(mutex_);
  uint64_t waiting_entries_ GUARDED_BY(mutex_) = 0;
  uint64_t next_number_ GUARDED_BY(mutex_) = 0;
  bool joined_ GUARDED_BY(mutex_) = false;  // since the last batch
  std::unordered_map<LabelSet, bool> verdicts_ GUARDED_BY(mutex_);
  Readers readers_ GUARDED_BY(mutex_);
};

}  // namespace logsvc::server
