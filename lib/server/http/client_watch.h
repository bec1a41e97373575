// Stops what runs for clients that have gone. One thread of its own looks at the sockets of running
// requests; the destructor ends it. Safe from several threads.
#pragma once

#include <cstdint>
#include <map>
#include <stop_token>
#include <thread>

#include "base/mutex.h"

namespace logsvc::server {

class ClientWatch {
 public:
  ClientWatch();
  ~ClientWatch();
  ClientWatch(const ClientWatch&) = delete;
  ClientWatch& operator=(const ClientWatch&) = delete;

  // While it lives, token() is stopped when the peer of the socket closes the connection.
  class Guard {
   public:
    Guard(ClientWatch& watch, int socket);
    ~Guard();
    Guard(const Guard&) = delete;
    Guard& operator=(const Guard&) = delete;
    std::stop_token token() const { return source_.get_token(); }

   private:
    ClientWatch& watch_;
    const int socket_;
    std::stop_source source_;
    const uint64_t id_;
  };

 private:
  uint64_t add(int socket, const std::stop_source& source);
  void remove(int socket, uint64_t id);
  void run();

  const int epoll_;
  const int wake_;  // an eventfd: the end
  Mutex mutex_;
  std::map<uint64_t, std::stop_source> watched_ GUARDED_BY(mutex_);
  uint64_t next_id_ GUARDED_BY(mutex_) = 1;
  std::thread thread_;
};

}  // namespace logsvc::server
