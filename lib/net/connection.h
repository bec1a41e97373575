// A connection of a client: unix socket, TCP, or TLS over TCP. Connects and writes with a time-out,
// reads without waiting. For one thread.
#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"

namespace logsvc::net {

// How long a step may wait, and what ends it within a quarter of a second (kCancelled).
struct WaitLimit {
  int timeout_ms;
  const std::atomic<bool>* stop = nullptr;
};

class TlsClient;

class Connection {
 public:
  static Result<std::unique_ptr<Connection>> to_unix(const std::string& path);
  static Result<std::unique_ptr<Connection>> to_tcp(const std::string& host, int port,
                                                    const WaitLimit& limit);
  // Of a socket that is connected, which it takes over.
  static std::unique_ptr<Connection> of_socket(int fd);
  virtual ~Connection() = default;

  virtual Status send(std::string_view bytes, const WaitLimit& limit) = 0;
  // Up to n bytes that are there; 0 at the end of the connection. kTimeout: nothing is there; wait
  // for fd() to be readable. kUnavailable if the connection broke.
  virtual Result<size_t> receive(char* to, size_t n) = 0;
  virtual int fd() const = 0;
  // What is sent and received are the bytes of fd() themselves.
  virtual bool is_plain() const { return false; }
};

// Exactly n bytes, waiting for them. kUnavailable if the connection ends before.
Result<std::string> receive_exactly(Connection& connection, size_t n, const WaitLimit& limit);

// Until the descriptor is ready for `events` of poll(2); kTimeout, kCancelled.
Status wait_for(int fd, short events, const WaitLimit& limit);

}  // namespace logsvc::net
