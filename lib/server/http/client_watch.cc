#include "server/http/client_watch.h"

#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <array>

namespace logsvc::server {

ClientWatch::ClientWatch()
    : epoll_(::epoll_create1(EPOLL_CLOEXEC)),
      wake_(::eventfd(0, EFD_CLOEXEC)),
      thread_([this] { run(); }) {}

ClientWatch::~ClientWatch() {
  epoll_event end{};
  end.events = EPOLLIN;
  end.data.u64 = 0;
  const uint64_t one = 1;
  ::epoll_ctl(epoll_, EPOLL_CTL_ADD, wake_, &end);
  (void)!::write(wake_, &one, sizeof one);
  thread_.join();
  ::close(wake_);
  ::close(epoll_);
}

uint64_t ClientWatch::add(int socket, const std::stop_source& source) {
  uint64_t id = 0;
  {
    const MutexLock lock(mutex_);
    id = next_id_++;
    watched_.emplace(id, source);
  }
  epoll_event event{};
  event.events = EPOLLRDHUP | EPOLLONESHOT;  // errors and hang-ups come unasked
  event.data.u64 = id;
  ::epoll_ctl(epoll_, EPOLL_CTL_ADD, socket, &event);
  return id;
}

void ClientWatch::remove(int socket, uint64_t id) {
  ::epoll_ctl(epoll_, EPOLL_CTL_DEL, socket, nullptr);
  const MutexLock lock(mutex_);
  watched_.erase(id);
}

void ClientWatch::run() {
  std::array<epoll_event, 16> events{};
  while (true) {
    const int n = ::epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), -1);
    for (int i = 0; i < n; ++i) {
      const uint64_t id = events[static_cast<size_t>(i)].data.u64;
      if (id == 0) return;
      const MutexLock lock(mutex_);
      if (const auto found = watched_.find(id); found != watched_.end()) {
        found->second.request_stop();
      }
    }
  }
}

ClientWatch::Guard::Guard(ClientWatch& watch, int socket)
    : watch_(watch), socket_(socket), id_(watch.add(socket, source_)) {}

ClientWatch::Guard::~Guard() { watch_.remove(socket_, id_); }

}  // namespace logsvc::server
