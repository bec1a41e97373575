// The one background clock: once a second it lets the store seal what is old and drop what is past
// retention. Starts one thread, which the destructor joins.
#pragma once

#include <thread>

#include "base/mutex.h"
#include "store/store.h"
#include "telemetry/diagnostics.h"

namespace logsvc::server {

class Maintenance {
 public:
  Maintenance(store::Store& store, Diagnostics& diagnostics);
  ~Maintenance();

 private:
  void run();

  store::Store& store_;
  Diagnostics& diagnostics_;
  Mutex mutex_;
  CondVar changed_;
  bool stopping_ GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace logsvc::server
