#include "server/auth/access_watch.h"

namespace logsvc::server {
namespace {

constexpr auto kInterval = std::chrono::milliseconds(500);

}  // namespace

AccessWatch::AccessWatch(Authenticator& auth) : auth_(auth), thread_([this] { run(); }) {}

AccessWatch::~AccessWatch() {
  {
    MutexLock lock(mutex_);
    stopping_ = true;
    changed_.notify_all();
  }
  thread_.join();
}

void AccessWatch::run() {
  MutexLock lock(mutex_);
  while (!stopping_) {
    mutex_.unlock();
    auth_.refresh();
    mutex_.lock();
    if (!stopping_) changed_.wait_for(mutex_, kInterval);
  }
}

}  // namespace logsvc::server
