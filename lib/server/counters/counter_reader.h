// Counts the lines of a query as they come: by the second, by the minute, and in total. It takes
// pieces of a feed like a page does, so that a line is tested once for both.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/mutex.h"
#include "base/time.h"
#include "os/clock.h"
#include "server/live/live_feed.h"

namespace logsvc::server {

class CounterReader : public FeedReader {
 public:
  static constexpr size_t kSeconds = 60;
  static constexpr size_t kMinutes = 60;
  static constexpr int64_t kHistoryMinutes = kMinutes - 1;

  // Lines from that time on are counted as they come. Earlier ones belong to the history if they
  // have come when it is asked for, and count as they come otherwise: an agent sends a line some
  // time after it was written. Borrows the clock.
  CounterReader(Timestamp from, const Clock& clock);

  // Says that the history is about to be read. Any thread, once.
  void expect_history();
  // Adds lines of the minutes before `from`, oldest first, the last one being the minute before;
  // and those of its own minute that were before it. The counts then reach back that far. Any
  // thread, once.
  void add_history(const std::vector<uint64_t>& minutes, uint64_t of_this_minute);

  struct Counts {
    Timestamp since = 0;  // nothing before it is counted
    uint64_t total = 0;
    uint64_t unread = 0;            // lines that nobody had time to look at
    std::vector<uint64_t> minutes;  // the last kMinutes, the present one last
    std::vector<uint64_t> seconds;  // the last kSeconds whole ones
  };
  Counts counts() const;  // any thread

  bool wants_text(const LivePiece&) const override { return false; }
  bool wants_entries() const override { return true; }
  bool is_viewer() const override { return false; }
  void offer(const std::shared_ptr<const LivePiece>& piece) override;

 private:
  // Counts in a ring of buckets by absolute number.
  class Ring {
   public:
    explicit Ring(size_t size) : slots_(size) {}
    void add(int64_t bucket, uint64_t n);
    std::vector<uint64_t> last(int64_t bucket, size_t n) const;

   private:
    struct Slot {
      int64_t bucket = INT64_MIN;
      uint64_t count = 0;
    };
    size_t place(int64_t bucket) const { return static_cast<size_t>(bucket) % slots_.size(); }
    std::vector<Slot> slots_;
  };

  Timestamp history_begin() const { return (from_ / kMinute - kHistoryMinutes) * kMinute; }

  const Timestamp from_;
  const Clock& clock_;
  mutable Mutex mutex_;
  Timestamp since_ GUARDED_BY(mutex_);
  int64_t history_asked_ns_ GUARDED_BY(mutex_) = INT64_MAX;  // steady
  uint64_t total_ GUARDED_BY(mutex_) = 0;
  uint64_t unread_ GUARDED_BY(mutex_) = 0;
  // Twice the size leaves room for clocks that are ahead.
  Ring minutes_ GUARDED_BY(mutex_){2 * kMinutes};
  Ring seconds_ GUARDED_BY(mutex_){2 * kSeconds};
};

}  // namespace logsvc::server
