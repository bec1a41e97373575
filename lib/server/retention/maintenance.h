// The one background clock: once a second it lets the store seal what is old and drop what is past
// retention, and does the small things that others want done as often. Starts one thread, which the
// destructor joins.
#pragma once

#include <functional>
#include <thread>

#include "base/mutex.h"
#include "store/store.h"
#include "telemetry/diagnostics.h"

namespace logsvc::server {

class Maintenance {
 public:
  // small_things does not wait for the network, and is valid as long as the object.
  Maintenance(store::Store& store, std::function<void()> small_things, Diagnostics& diagnostics);
  ~Maintenance();

 private:
  void run();

  store::Store& store_;
  const std::function<void()> small_things_;
  Diagnostics& diagnostics_;
  Mutex mutex_;
  CondVar changed_;
  bool stopping_ GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace logsvc::server
