#include "server/http/connection_stream.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace logsvc::server {
namespace {

constexpr int kSliceMs = 250;  // between looks at the stop flag
constexpr size_t kReadBytes = 64 * 1024;

void address_of(const sockaddr_storage& address, std::string& ip, int& port) {
  char text[INET6_ADDRSTRLEN] = {};
  if (address.ss_family == AF_INET) {
    const auto& in = reinterpret_cast<const sockaddr_in&>(address);
    inet_ntop(AF_INET, &in.sin_addr, text, sizeof text);
    port = ntohs(in.sin_port);
  } else if (address.ss_family == AF_INET6) {
    const auto& in = reinterpret_cast<const sockaddr_in6&>(address);
    inet_ntop(AF_INET6, &in.sin6_addr, text, sizeof text);
    port = ntohs(in.sin6_port);
  }
  ip = text;
}

}  // namespace

ConnectionStream::ConnectionStream(socket_t socket, int read_timeout_ms, int write_timeout_ms,
                                   const std::atomic<bool>& stop)
    : socket_(socket),
      read_timeout_ms_(read_timeout_ms),
      write_timeout_ms_(write_timeout_ms),
      stop_(stop) {}

bool ConnectionStream::wait(bool for_reading, int timeout_ms) const {
  for (int left = timeout_ms; left > 0; left -= kSliceMs) {
    pollfd p{socket_, static_cast<short>(for_reading ? POLLIN : POLLOUT), 0};
    const int n = ::poll(&p, 1, std::min(left, kSliceMs));
    if (n > 0) return true;
    if (n < 0 && errno != EINTR) return false;
    if (stop_ && for_reading) return false;
  }
  return false;
}

bool ConnectionStream::is_readable() const {
  return used_ < filled_ || wait(true, read_timeout_ms_);
}
bool ConnectionStream::is_writable() const { return wait(false, write_timeout_ms_); }

bool ConnectionStream::fill() {
  if (used_ == filled_) used_ = filled_ = 0;
  if (!wait(true, read_timeout_ms_)) return false;
  if (buffer_.size() < filled_ + kReadBytes) buffer_.resize(filled_ + kReadBytes);
  ssize_t n;
  do {
    n = ::recv(socket_, buffer_.data() + filled_, kReadBytes, 0);
  } while (n < 0 && errno == EINTR);
  filled_ += static_cast<size_t>(std::max<ssize_t>(n, 0));
  return n > 0;
}

ssize_t ConnectionStream::read(char* to, size_t n) {
  if (used_ == filled_) {
    // Large bodies go straight to their place.
    if (n >= kReadBytes) {
      if (!wait(true, read_timeout_ms_)) return -1;
      ssize_t got;
      do {
        got = ::recv(socket_, to, n, 0);
      } while (got < 0 && errno == EINTR);
      return got;
    }
    if (!fill()) return -1;
  }
  const size_t taken = std::min(n, filled_ - used_);
  std::memcpy(to, buffer_.data() + used_, taken);
  used_ += taken;
  return static_cast<ssize_t>(taken);
}

ssize_t ConnectionStream::write(const char* from, size_t n) {
  size_t done = 0;
  while (done < n) {
    const ssize_t sent = ::send(socket_, from + done, n - done, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent > 0) {
      done += static_cast<size_t>(sent);
    } else if (sent < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
      if (!wait(false, write_timeout_ms_)) return -1;
    } else if (sent < 0 && errno != EINTR) {
      return -1;
    }
  }
  return static_cast<ssize_t>(n);
}

void ConnectionStream::get_remote_ip_and_port(std::string& ip, int& port) const {
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  if (::getpeername(socket_, reinterpret_cast<sockaddr*>(&address), &size) == 0) {
    address_of(address, ip, port);
  }
}

void ConnectionStream::get_local_ip_and_port(std::string& ip, int& port) const {
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  if (::getsockname(socket_, reinterpret_cast<sockaddr*>(&address), &size) == 0) {
    address_of(address, ip, port);
  }
}

bool ConnectionStream::wait_for_request(int timeout_ms) {
  return used_ < filled_ || wait(true, timeout_ms);
}

std::string_view ConnectionStream::peek_head(size_t max_bytes) {
  size_t searched = 0;
  while (true) {
    const size_t end = unread().find("\r\n\r\n", searched);
    if (end != std::string::npos) return unread().substr(0, end + 4);
    const size_t received = unread().size();
    if (received > max_bytes) return {};
    if (used_ > 0) {
      std::memmove(buffer_.data(), unread().data(), received);
      used_ = 0;
      filled_ = received;
    }
    searched = received > 3 ? received - 3 : 0;
    if (!fill()) return {};
  }
}

void ConnectionStream::replace_head(size_t head_bytes, std::string head) {
  head.append(unread().substr(head_bytes));
  buffer_ = std::move(head);
  filled_ = buffer_.size();
  used_ = 0;
}

}  // namespace logsvc::server
