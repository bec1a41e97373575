#include "server/retention/maintenance.h"

namespace logsvc::server {

Maintenance::Maintenance(store::Store& store, Diagnostics& diagnostics)
    : store_(store), diagnostics_(diagnostics), thread_([this] { run(); }) {}

Maintenance::~Maintenance() {
  {
    MutexLock lock(mutex_);
    stopping_ = true;
    changed_.notify_all();
  }
  thread_.join();
}

void Maintenance::run() {
  MutexLock lock(mutex_);
  while (!stopping_) {
    mutex_.unlock();
    if (const Status done = store_.maintain(); !done.ok()) {
      diagnostics_.error("server", "maintenance failed; trying again",
                         {{"why", done.error().message}});
    }
    mutex_.lock();
    if (!stopping_) changed_.wait_for(mutex_, std::chrono::seconds(1));
  }
}

}  // namespace logsvc::server
