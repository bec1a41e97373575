// Lets the authenticator take changes of the file of users and end what is over, twice a second.
// Starts one thread, which the destructor joins.
#pragma once

#include <thread>

#include "base/mutex.h"
#include "server/auth/authenticator.h"

namespace logsvc::server {

class AccessWatch {
 public:
  explicit AccessWatch(Authenticator& auth);
  ~AccessWatch();

 private:
  void run();

  Authenticator& auth_;
  Mutex mutex_;
  CondVar changed_;
  bool stopping_ GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace logsvc::server
