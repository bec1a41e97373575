// Lets in one caller at a time, and turns away those who would have to wait for too long. Its lock
// is held for bookkeeping alone. Safe from several threads.
#pragma once

#include "base/mutex.h"
#include "base/time.h"
#include "os/clock.h"

namespace logsvc::store {

class Turn {
 public:
  // Returns false if others held it for all of `most`. After true, end() gives it back.
  bool begin(const Clock& clock, Duration most) {
    const int64_t give_up = clock.steady_ns() + most;
    MutexLock lock(mutex_);
    while (taken_) {
      if (clock.steady_ns() >= give_up) return false;
      changed_.wait_for(mutex_, std::chrono::milliseconds(100));
    }
    taken_ = true;
    return true;
  }
  void end() {
    MutexLock lock(mutex_);
    taken_ = false;
    changed_.notify_one();
  }

 private:
  Mutex mutex_;
  CondVar changed_;
  bool taken_ GUARDED_BY(mutex_) = false;
};

}  // namespace logsvc::store
