#include "server/tail/tail_hub.h"

namespace logsvc::server {

void TailHub::subscribe(std::shared_ptr<TailSession> session) {
  WriterLock lock(mutex_);
  sessions_.push_back(std::move(session));
}

void TailHub::unsubscribe(const LiveSession* session) {
  WriterLock lock(mutex_);
  std::erase_if(sessions_, [&](const auto& s) { return s.get() == session; });
}

void TailHub::publish(const std::shared_ptr<const Batch>& batch) {
  bool work = false;
  {
    ReaderLock lock(mutex_);
    for (const auto& session : sessions_) work |= session->offer(batch, clock_.steady_ns());
  }
  if (work) wake_();
}

size_t TailHub::viewers() const {
  ReaderLock lock(mutex_);
  return sessions_.size();
}

}  // namespace logsvc::server
