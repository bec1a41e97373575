#include "server/retention/maintenance.h"

namespace logsvc::server {

Maintenance::Maintenance(store::Store& store, std::function<void()> small_things,
                         Diagnostics& diagnostics)
    : store_(store),
      small_things_(std::move(small_things)),
      diagnostics_(diagnostics),
      thread_([this] { run(); }) {}

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
    small_things_();
    if (const Status done = store_.maintain(); !done.ok()) {
      diagnostics_.error("server", "maintenance failed; trying again",
                         {{"why", done.error().message}});
    }
    mutex_.lock();
    if (!stopping_) changed_.wait_for(mutex_, std::chrono::seconds(1));
  }
}

}  // namespace logsvc::server
