#include "net/listen_socket.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "base/host_port.h"

namespace logsvc::net {
namespace {

constexpr size_t kDatagramBytes = 64u << 10;
constexpr int kBacklog = 128;
constexpr int kReceiveBuffer = 1 << 20;

std::string address_text(const sockaddr_storage& from) {
  char text[INET6_ADDRSTRLEN] = {};
  if (from.ss_family == AF_INET6) {
    const auto& v6 = reinterpret_cast<const sockaddr_in6&>(from);
    const bool is_v4 = IN6_IS_ADDR_V4MAPPED(&v6.sin6_addr);
    ::inet_ntop(is_v4 ? AF_INET : AF_INET6, v6.sin6_addr.s6_addr + (is_v4 ? 12 : 0), text,
                sizeof text);
  } else {
    ::inet_ntop(AF_INET, &reinterpret_cast<const sockaddr_in&>(from).sin_addr, text, sizeof text);
  }
  return text;
}

// Returns -1 with errno on an error.
int bound_socket(const addrinfo& a, bool udp) {
  const int fd = ::socket(a.ai_family, a.ai_socktype | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  if (fd < 0) return -1;
  const int on = 1;
  if (udp) {
    (void)::setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &kReceiveBuffer, sizeof kReceiveBuffer);
    (void)::setsockopt(fd, SOL_SOCKET, SO_RXQ_OVFL, &on, sizeof on);
  } else {
    (void)::setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  }
  if (::bind(fd, a.ai_addr, a.ai_addrlen) == 0 && (udp || ::listen(fd, kBacklog) == 0)) return fd;
  const int why = errno;
  ::close(fd);
  errno = why;
  return -1;
}

}  // namespace

Result<std::unique_ptr<ListenSocket>> ListenSocket::open(Kind kind, const std::string& address) {
  const auto at = parse_host_port(address);
  if (!at || !at->port) return invalid("expected host:port, found \"" + address + "\"");
  const std::string host = at->host.empty() ? "0.0.0.0" : at->host;
  const bool udp = kind == Kind::kUdp;
  addrinfo hints{};
  hints.ai_flags = AI_PASSIVE;
  hints.ai_socktype = udp ? SOCK_DGRAM : SOCK_STREAM;
  addrinfo* found = nullptr;
  if (const int why =
          ::getaddrinfo(host.c_str(), std::to_string(*at->port).c_str(), &hints, &found);
      why != 0) {
    return invalid("cannot listen on " + address + ": " + ::gai_strerror(why));
  }
  int fd = -1;
  for (const addrinfo* a = found; a && fd < 0; a = a->ai_next) fd = bound_socket(*a, udp);
  const int why = errno;
  ::freeaddrinfo(found);
  if (fd < 0) {
    return Error{ErrorCode::kUnavailable,
                 "cannot listen on " + address + ": " + std::strerror(why)};
  }
  std::unique_ptr<ListenSocket> out(new ListenSocket(fd));
  sockaddr_storage bound{};
  socklen_t size = sizeof bound;
  ::getsockname(fd, reinterpret_cast<sockaddr*>(&bound), &size);
  // sin_port is in the same place in both families.
  out->port_ = ntohs(reinterpret_cast<const sockaddr_in&>(bound).sin_port);
  if (udp) out->buffer_.resize(kDatagramBytes);
  return out;
}

ListenSocket::~ListenSocket() { ::close(fd_); }

int ListenSocket::accept(std::string& from) {
  sockaddr_storage address{};
  socklen_t size = sizeof address;
  const int fd = ::accept4(fd_, reinterpret_cast<sockaddr*>(&address), &size, SOCK_CLOEXEC);
  if (fd >= 0) from = address_text(address);
  return fd;
}

bool ListenSocket::receive(std::string_view& datagram, std::string& from) {
  sockaddr_storage address{};
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof(uint32_t))];
  iovec into{buffer_.data(), buffer_.size()};
  msghdr head{&address, sizeof address, &into, 1, control, sizeof control, 0};
  const ssize_t got = ::recvmsg(fd_, &head, 0);
  if (got < 0) return false;
  for (cmsghdr* c = CMSG_FIRSTHDR(&head); c; c = CMSG_NXTHDR(&head, c)) {
    if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SO_RXQ_OVFL)
      std::memcpy(&lost_, CMSG_DATA(c), sizeof lost_);
  }
  datagram = std::string_view(buffer_).substr(0, static_cast<size_t>(got));
  from = address_text(address);
  return true;
}

uint32_t ListenSocket::take_lost() { return lost_ - std::exchange(lost_taken_, lost_); }

}  // namespace logsvc::net
