// Runs threads that open blocks before a query comes to them, shared by all queries: a search opens
// many that have nothing for it. The query decides which are opened. Safe from several threads.
#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <thread>
#include <vector>

#include "base/mutex.h"

namespace logsvc::store {

// Decides who opens: the thread that takes it first. The others wait for that, or go on.
class OpenClaim {
 public:
  // Returns true if the caller must open, then call finish().
  bool take() {
    uint8_t idle = kIdle;
    return state_.compare_exchange_strong(idle, kTaken);
  }
  void finish() {
    state_.store(kDone);
    state_.notify_all();
  }
  bool is_done() const { return state_.load() == kDone; }
  // Waits until whoever has taken it is done.
  void wait() const { state_.wait(kTaken); }

 private:
  static constexpr uint8_t kIdle = 0, kTaken = 1, kDone = 2;
  std::atomic<uint8_t> state_ = kIdle;
};

// Returns how many cores a query does not use itself; a few at most.
size_t spare_cores();

class ReadAhead {
 public:
  // 0 means no threads; the threads start with the first task.
  explicit ReadAhead(size_t threads) : wanted_threads_(threads) {}
  // Waits for running tasks and drops queued ones.
  ~ReadAhead();
  ReadAhead(const ReadAhead&) = delete;
  ReadAhead& operator=(const ReadAhead&) = delete;

  size_t threads() const { return wanted_threads_; }
  void run(std::function<void()> task);

 private:
  void work();

  const size_t wanted_threads_;
  Mutex mutex_;
  CondVar changed_;
  std::deque<std::function<void()>> tasks_ GUARDED_BY(mutex_);
  bool stopping_ GUARDED_BY(mutex_) = false;
  std::vector<std::thread> threads_ GUARDED_BY(mutex_);
};

}  // namespace logsvc::store
