// Looks after the clock that says which lines are past the retention, and tells the operator when
// it is not believed. held() and confirm() are safe from several threads; open() and look() are for
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
  // newest: time of the newest line, which a folder has of which no run kept the time.
  void open(std::optional<Timestamp> newest);
  // About once a second. Says so at once and every hour while the clock is not believed.
  void look();
  // A person says that the clock is right.
  Status confirm();

 private:
  const StoreEnvironment& environment_;
  RetentionClock clock_;
  std::optional<int64_t> said_held_ns_;  // steady; nullopt: not since it was believed
};

}  // namespace logsvc::store
