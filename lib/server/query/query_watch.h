// Ends work whose client has gone or that has run for too long. One thread of its own watches the
// sockets and deadlines of running requests; the destructor joins it. Safe from several threads.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <thread>

#include "base/cancellation.h"
#include "base/mutex.h"

namespace logsvc::server {

class QueryWatch {
 public:
  using Time = std::chrono::steady_clock::time_point;

  QueryWatch();
  ~QueryWatch();
  QueryWatch(const QueryWatch&) = delete;
  QueryWatch& operator=(const QueryWatch&) = delete;

  // While it lives, the work is cancelled when the peer of the socket (-1: none) closes the
  // connection, and at the deadline.
  class Guard {
   public:
    Guard(QueryWatch& watch, int socket);
    ~Guard();
    Guard(const Guard&) = delete;
    Guard& operator=(const Guard&) = delete;

    // late is the reason that the work is given.
    void set_deadline(Time deadline, Error late);
    const CancellationSource& source() const { return source_; }
    Cancellation cancellation() const { return source_.cancellation(); }

   private:
    QueryWatch& watch_;
    const int socket_;
    const CancellationSource source_;
    const uint64_t id_;
  };

 private:
  struct Watched {
    CancellationSource source;
    std::optional<Time> deadline;
    std::optional<Error> late;
  };
  uint64_t add(int socket, const CancellationSource& source);
  void set_deadline(uint64_t id, Time deadline, Error late);
  void remove(int socket, uint64_t id);
  void run();
  void hung_up(uint64_t id);
  // Cancels what is late. Returns milliseconds until it has to look again.
  int cancel_late();

  const int epoll_;
  const int wake_;  // an eventfd: something changed
  Mutex mutex_;
  std::map<uint64_t, Watched> watched_ GUARDED_BY(mutex_);
  uint64_t next_id_ GUARDED_BY(mutex_) = 1;
  Time looks_at_ GUARDED_BY(mutex_);  // when the thread looks next, without being woken
  bool stopping_ GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace logsvc::server
