// What is in memory: the open window of each day and the windows that wait to be sealed.
// Safe from several threads; append() is called by one thread at a time (the committer), in the
// order of the journal.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <vector>

#include "base/mutex.h"
#include "store/window.h"

namespace logsvc::store {

class Head {
 public:
  using WindowRef = std::shared_ptr<const Window>;

  // Puts every entry of the batch into its day's window, except those of days that are sealed
  // past this sequence already (replay). Returns which were exact doubles, in order.
  // now_ns: steady clock, the age of new windows.
  std::vector<BatchPlace> append(const Batch& batch, uint64_t sequence, int64_t now_ns,
                                 StreamRegistry& streams,
                                 const std::map<Timestamp, uint64_t>* sealed);

  // Moves windows to the sealing queue: those with at least `bytes` of lines, or opened at or
  // before `opened_before_ns`.
  void rotate(uint64_t bytes, int64_t opened_before_ns);
  void rotate_all();
  // While the memory of all windows is over the budget, moves the largest open one.
  void rotate_to_fit(uint64_t memory_bytes);

  // The window to seal next, which stays searchable until done() is told; nullptr if there is none.
  WindowRef sealing() const;
  void done(const WindowRef& window);
  bool has_sealing() const;

  // Open and sealing windows, oldest first: equal times of one stream arrived in this order.
  std::vector<WindowRef> windows() const;
  // Journal records up to this sequence have nothing in the head.
  uint64_t safe_sequence() const;
  // Nothing will be appended up to this sequence.
  void pass_over(uint64_t sequence);
  uint64_t memory_bytes() const;
  uint64_t line_bytes() const;
  uint64_t entry_count() const;

 private:
  mutable Mutex mutex_;
  std::map<Timestamp, std::shared_ptr<Window>> open_ GUARDED_BY(mutex_);  // by day
  std::deque<std::shared_ptr<Window>> sealing_ GUARDED_BY(mutex_);
  uint64_t applied_ GUARDED_BY(mutex_) = 0;  // last sequence appended
};

}  // namespace logsvc::store
