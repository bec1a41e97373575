// Seals windows into chunk files, as seen by those who fill the memory. Safe from several threads.
#pragma once

#include <cstdint>

#include "base/result.h"

namespace logsvc::store {

class WindowSealer {
 public:
  virtual ~WindowSealer() = default;
  // Tells it that windows wait to be sealed.
  virtual void wish_seal() = 0;
  // Returns when the head takes no more memory than this; kUnavailable if it still does after a
  // while. Call it without holding a lock.
  virtual Status wait_for_room(uint64_t most_bytes) = 0;

 protected:
  WindowSealer() = default;
  WindowSealer(const WindowSealer&) = default;
  WindowSealer& operator=(const WindowSealer&) = default;
};

}  // namespace logsvc::store
