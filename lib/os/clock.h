// Tells the time, behind an interface so that tests can move it by hand. Safe from several threads.
#pragma once

#include "base/time.h"

namespace logsvc {

class Clock {
 public:
  virtual ~Clock() = default;
  // Returns the wall clock, which may step.
  virtual Timestamp now() const = 0;
  // Returns monotonic ns since an arbitrary point; it never steps back.
  virtual int64_t steady_ns() const = 0;
};

class SystemClock : public Clock {
 public:
  Timestamp now() const override;
  int64_t steady_ns() const override;
};

}  // namespace logsvc
