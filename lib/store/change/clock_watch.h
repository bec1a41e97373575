// Watches the clock that decides which lines are past the retention, and tells the operator when it
// is not believed. held() and confirm() are safe from several threads; open() and look() are for
// the maintenance thread.
#pragma once

#include <optional>

#include "store/policy/retention_clock.h"
#include "store/policy/store_environment.h"

namespace logsvc::store {

class ClockWatch {
 public:
  // Borrows the environment.
  explicit ClockWatch(const StoreEnvironment& environment)
      : environment_(environment), clock_(environment.files, environment.names.clock()) {}

  const RetentionClock& clock() const { return clock_; }
  // newest is the time of the newest line, for a folder in which no run noted the time.
  void open(std::optional<Timestamp> newest);
  // Checks the clock, about once a second. While it is not believed, it says so at once and every
  // hour.
  void look();
  // Accepts the clock, since a person says that it is right.
  Status confirm();

 private:
  const StoreEnvironment& environment_;
  RetentionClock clock_;
  std::optional<int64_t> said_held_ns_;  // steady clock; nullopt: not since it was believed
};

}  // namespace logsvc::store
