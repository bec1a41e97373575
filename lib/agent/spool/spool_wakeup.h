// Tells the pushers that the spool has something new.
#pragma once

namespace logsvc::agent {

class SpoolWakeup {
 public:
  virtual ~SpoolWakeup() = default;
  // Returns at once. Any thread.
  virtual void wake() = 0;
};

}  // namespace logsvc::agent
