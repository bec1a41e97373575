#include "http/poller.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>

namespace logsvc::http {

Poller::Poller()
    : epoll_(::epoll_create1(EPOLL_CLOEXEC)), wake_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {
  add(wake_, kWake, EPOLLIN);
}

Poller::~Poller() {
  ::close(wake_);
  ::close(epoll_);
}

void Poller::set(int socket, uint64_t id, uint32_t events, int operation) {
  epoll_event event{};
  event.events = events;
  event.data.u64 = id;
  ::epoll_ctl(epoll_, operation, socket, &event);
}

std::span<const epoll_event> Poller::wait(int timeout_ms) {
  const int n = ::epoll_wait(epoll_, ready_.data(), static_cast<int>(ready_.size()), timeout_ms);
  return {ready_.data(), static_cast<size_t>(std::max(n, 0))};
}

void Poller::wake() {
  const uint64_t one = 1;
  [[maybe_unused]] const ssize_t n = ::write(wake_, &one, sizeof one);
}

void Poller::drain() {
  uint64_t count;
  [[maybe_unused]] const ssize_t n = ::read(wake_, &count, sizeof count);
}

}  // namespace logsvc::http
