// What the background clock has done: old windows sealed, days past the retention dropped, lines
// deleted, small files joined. For one thread at a time.
#pragma once

#include <cstdint>

#include "store/change/clock_watch.h"
#include "store/change/deleter.h"
#include "store/change/expiry.h"
#include "store/change/joiner.h"
#include "store/change/retainer.h"
#include "store/change/sealer.h"

namespace logsvc::store {

class Maintenance {
 public:
  // The parts that do it. All borrowed.
  struct Parts {
    Head& head;
    Committer& committer;
    Sealer& sealer;
    ClockWatch& clock;
    FileChanges& changes;
    Expiry& expiry;
    Deleter& deleter;
    Retainer& retainer;
    Joiner& joiner;
  };
  Maintenance(const StoreEnvironment& environment, const Parts& parts)
      : environment_(environment), parts_(parts) {}

  // As Store::maintain.
  Status run();

 private:
  void return_encoder_memory();
  Status rewrite_files();
  Result<bool> rewrite_some();

  const StoreEnvironment& environment_;
  const Parts parts_;
  uint64_t sealed_before_ = 0;  // files, at the last call
  uint64_t sealed_at_return_ = 0;
  int64_t rewrite_not_before_ns_ = INT64_MIN;  // steady
};

}  // namespace logsvc::store
