// A client's connection: unix socket, TCP, or TLS over TCP. It connects and writes with a time-out,
// and reads without waiting. For one thread.
#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"

namespace logsvc::net {

// Says how long a step may wait, and what ends it within a quarter of a second (kCancelled).
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
  // Takes over a socket that is connected.
  static std::unique_ptr<Connection> of_socket(int fd);
  virtual ~Connection() = default;

  virtual Status send(std::string_view bytes, const WaitLimit& limit) = 0;
  // Returns up to n bytes that are there; 0 at the end of the connection. kTimeout if nothing is
  // there: wait for fd() to be readable. kUnavailable if the connection broke.
  virtual Result<size_t> receive(char* to, size_t n) = 0;
  virtual int fd() const = 0;
  // Whether the bytes sent and received are those of fd() itself, as without TLS.
  virtual bool is_plain() const { return false; }
};

// Waits for exactly n bytes. kUnavailable if the connection ends before.
Result<std::string> receive_exactly(Connection& connection, size_t n, const WaitLimit& limit);

// Waits until the descriptor is ready for `events` of poll(2); kTimeout, kCancelled.
Status wait_for(int fd, short events, const WaitLimit& limit);

}  // namespace logsvc::net
