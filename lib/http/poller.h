// Waits for sockets to get ready, and for other threads to say that there is something to do.
// wait() and drain() are for one thread, all else for any.
#pragma once

#include <sys/epoll.h>

#include <array>
#include <cstdint>
#include <span>

namespace logsvc::http {

class Poller {
 public:
  static constexpr uint64_t kWake = 1;  // the id of wake(); sockets have others

  Poller();
  ~Poller();
  Poller(const Poller&) = delete;
  Poller& operator=(const Poller&) = delete;

  // events are epoll's.
  void add(int socket, uint64_t id, uint32_t events) { set(socket, id, events, EPOLL_CTL_ADD); }
  void change(int socket, uint64_t id, uint32_t events) { set(socket, id, events, EPOLL_CTL_MOD); }
  void remove(int socket) { set(socket, 0, 0, EPOLL_CTL_DEL); }

  // Returns what is ready, as data.u64 and events; the view lives until the next call.
  std::span<const epoll_event> wait(int timeout_ms);
  void wake();
  // Takes note that kWake was seen.
  void drain();

 private:
  void set(int socket, uint64_t id, uint32_t events, int operation);

  const int epoll_;
  const int wake_;  // an eventfd
  std::array<epoll_event, 64> ready_{};
};

}  // namespace logsvc::http
