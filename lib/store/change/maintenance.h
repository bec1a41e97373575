// Does the work of the background clock: it seals old windows, drops days past the retention,
// deletes lines, and joins small files. For one thread at a time.
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
  // Holds the parts that do it, all borrowed.
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

  // Behaves as Store::maintain.
  Status run();

 private:
  void return_encoder_memory();
  Status rewrite_files();
  Result<bool> rewrite_some();

  const StoreEnvironment& environment_;
  const Parts parts_;
  uint64_t sealed_before_ = 0;  // how many files were sealed at the last call
  uint64_t sealed_at_return_ = 0;
  int64_t rewrite_not_before_ns_ = INT64_MIN;  // steady clock
};

}  // namespace logsvc::store
