// Is a clock that tests move by hand.
#pragma once

#include <atomic>

#include "os/clock.h"

namespace logsvc::testing {

class FakeClock : public Clock {
 public:
  explicit FakeClock(Timestamp now = 1'800'000'000 * kSecond) : now_(now) {}
  Timestamp now() const override { return now_; }
  int64_t steady_ns() const override { return steady_; }
  // Moves both clocks.
  void advance(Duration d) {
    now_ += d;
    steady_ += d;
  }
  // Moves only the wall clock, as when somebody sets it.
  void step(Duration d) { now_ += d; }

 private:
  std::atomic<Timestamp> now_;
  std::atomic<int64_t> steady_{kHour};
};

}  // namespace logsvc::testing
