// Holds what is in memory: the open window of each day and the windows that wait to be sealed. Safe
// from several threads; append() is called by one thread at a time (the committer), in the order of
// the journal.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <vector>

#include "base/mutex.h"
#include "store/chunk/window.h"

namespace logsvc::store {

class Head {
 public:
  using WindowRef = std::shared_ptr<const Window>;

  // Puts every entry of the batch into its day's window, except those of days that are sealed past
  // this sequence already (replay). Returns which were exact duplicates, in order. now_ns is the
  // steady clock, from which new windows count their age.
  std::vector<BatchPlace> append(const Batch& batch, uint64_t sequence, int64_t now_ns,
                                 StreamRegistry& streams,
                                 const std::map<Timestamp, uint64_t>* sealed);

  // These move windows to the sealing queue. This one moves those that grew since the last call and
  // have at least `bytes` of lines; and when many days are open, all but the latest of them.
  void rotate_full(uint64_t bytes);
  // Moves those opened at or before this.
  void rotate_old(int64_t opened_before_ns);
  void rotate_all();
  // Moves the largest open ones until the others fit.
  void rotate_to_fit(uint64_t memory_bytes);

  // Returns what to seal next, oldest first: at most so many windows and, except for the first,
  // bytes of lines. They stay searchable until done() is called.
  std::vector<WindowRef> sealing(size_t max_windows, uint64_t max_bytes) const;
  void done(std::span<const WindowRef> windows);
  bool has_sealing() const;
  // Drops the windows of days for which `past` holds, whether open or sealing, and returns how many
  // entries they had. It must not run beside append() or the sealing of such a window.
  uint64_t drop(const std::function<bool(Timestamp day)>& past);

  // Returns open and sealing windows, oldest first: equal times of one stream arrived in this
  // order.
  std::vector<WindowRef> windows() const;
  // Returns the sequence up to which journal records have nothing in the head.
  uint64_t safe_sequence() const;
  // Notes that nothing will be appended up to this sequence.
  void pass_over(uint64_t sequence);
  Window::Sizes sizes() const;  // of all windows

 private:
  using Open = std::map<Timestamp, std::shared_ptr<Window>>;  // by day
  std::shared_ptr<Window> open_window(Timestamp day, uint64_t sequence, int64_t now_ns);
  Open::iterator queue(Open::iterator window) REQUIRES(mutex_);
  void subtract(const Window& window) REQUIRES(mutex_);

  mutable Mutex mutex_;
  Open open_ GUARDED_BY(mutex_);
  std::vector<Timestamp> grown_ GUARDED_BY(mutex_);  // days that grew since the last rotate_full()
  std::deque<std::shared_ptr<Window>> sealing_ GUARDED_BY(mutex_);
  Window::Sizes sizes_ GUARDED_BY(mutex_);
  uint64_t applied_ GUARDED_BY(mutex_) = 0;  // last sequence appended
};

}  // namespace logsvc::store
