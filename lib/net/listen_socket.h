// A socket that others send to: connections (TCP) or datagrams (UDP). For one thread.
#pragma once

#include <sys/socket.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"

namespace logsvc::net {

class ListenSocket {
 public:
  enum class Kind { kTcp, kUdp };
  // address: host:port. kUnavailable, with the address, if it is taken.
  static Result<std::unique_ptr<ListenSocket>> open(Kind kind, const std::string& address);
  ~ListenSocket();
  ListenSocket(const ListenSocket&) = delete;
  ListenSocket& operator=(const ListenSocket&) = delete;

  int fd() const { return fd_; }
  int port() const { return port_; }

  // Returns the next connection, and who it is from (an address without port); -1: none for now.
  int accept(std::string& from);
  // Returns the next datagram; false: none for now. Views live until the next call.
  bool receive(std::string_view& datagram, std::string& from);
  // Returns how many datagrams the kernel has dropped since the last call for lack of room.
  uint32_t take_lost();

 private:
  explicit ListenSocket(int fd) : fd_(fd) {}
  const int fd_;
  int port_ = 0;
  std::string buffer_;
  uint32_t lost_ = 0, lost_taken_ = 0;
};

}  // namespace logsvc::net
