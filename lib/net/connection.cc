#include "net/connection.h"

#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace logsvc::net {
namespace {

constexpr int kSliceMs = 250;

Error unavailable(const std::string& what) { return {ErrorCode::kUnavailable, what}; }
Error nothing_yet() { return {ErrorCode::kTimeout, "no answer in time"}; }

class PlainConnection : public Connection {
 public:
  explicit PlainConnection(int fd) : fd_(fd) {}
  ~PlainConnection() override { ::close(fd_); }
  PlainConnection(const PlainConnection&) = delete;
  PlainConnection& operator=(const PlainConnection&) = delete;

  Status send(std::string_view bytes, const WaitLimit& limit) override {
    while (!bytes.empty()) {
      const ssize_t n = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (n > 0) {
        bytes.remove_prefix(static_cast<size_t>(n));
      } else if (errno == EAGAIN) {
        RETURN_IF_ERROR(wait_for(fd_, POLLOUT, limit));
      } else if (errno != EINTR) {
        return unavailable(std::string("the connection broke: ") + std::strerror(errno));
      }
    }
    return {};
  }
  Result<size_t> receive(char* to, size_t n) override {
    while (true) {
      const ssize_t got = ::recv(fd_, to, n, 0);
      if (got >= 0) return static_cast<size_t>(got);
      if (errno == EAGAIN || errno == EWOULDBLOCK) return nothing_yet();
      if (errno != EINTR)
        return unavailable(std::string("the connection broke: ") + std::strerror(errno));
    }
  }
  int fd() const override { return fd_; }
  bool is_plain() const override { return true; }

 private:
  const int fd_;
};

// Returns -1 with errno; ECANCELED if it was stopped.
int connect_to(const addrinfo& a, const WaitLimit& limit) {
  const int fd = ::socket(a.ai_family, a.ai_socktype | SOCK_CLOEXEC | SOCK_NONBLOCK, a.ai_protocol);
  if (fd < 0) return -1;
  int failure = 0;
  if (::connect(fd, a.ai_addr, a.ai_addrlen) != 0) {
    failure = errno;
    if (failure == EINPROGRESS) {
      socklen_t size = sizeof failure;
      if (const Status ready = wait_for(fd, POLLOUT, limit); !ready.ok()) {
        failure = ready.error().code == ErrorCode::kCancelled ? ECANCELED : ETIMEDOUT;
      } else if (::getsockopt(fd, SOL_SOCKET, SO_ERROR, &failure, &size) != 0) {
        failure = errno;
      }
    }
  }
  if (failure == 0) return fd;
  ::close(fd);
  errno = failure;
  return -1;
}

}  // namespace

Status wait_for(int fd, short events, const WaitLimit& limit) {
  for (int waited = 0;;) {
    if (limit.stop && *limit.stop) return Error{ErrorCode::kCancelled, "stopping"};
    const int slice = std::min(kSliceMs, limit.timeout_ms - waited);
    if (slice <= 0) return nothing_yet();
    pollfd p{fd, events, 0};
    const int n = ::poll(&p, 1, slice);
    if (n > 0) return {};
    if (n < 0 && errno != EINTR) return unavailable(std::strerror(errno));
    if (n == 0) waited += slice;
  }
}

std::unique_ptr<Connection> Connection::of_socket(int fd) {
  ::fcntl(fd, F_SETFL, O_NONBLOCK);
  return std::make_unique<PlainConnection>(fd);
}

Result<std::string> receive_exactly(Connection& connection, size_t n, const WaitLimit& limit) {
  std::string out(n, '\0');
  for (size_t have = 0; have < n;) {
    const auto got = connection.receive(out.data() + have, n - have);
    if (got.ok() && *got == 0) return unavailable("the connection broke");
    if (got.ok()) {
      have += *got;
    } else if (got.error().code == ErrorCode::kTimeout) {
      RETURN_IF_ERROR(wait_for(connection.fd(), POLLIN, limit));
    } else {
      return got.error();
    }
  }
  return out;
}

Result<std::unique_ptr<Connection>> Connection::to_unix(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path)
    return invalid("the socket path is too long: " + path);
  std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
  const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return unavailable(std::strerror(errno));
  auto connection = std::make_unique<PlainConnection>(fd);
  if (::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
    const int number = errno;
    if (number == EACCES || number == EPERM) {
      return Error{ErrorCode::kPermission, path + ": " + std::strerror(number) +
                                               "; run as a member of the docker group or as root"};
    }
    return unavailable("cannot connect to " + path + ": " + std::strerror(number));
  }
  ::fcntl(fd, F_SETFL, O_NONBLOCK);
  return std::unique_ptr<Connection>(std::move(connection));
}

Result<std::unique_ptr<Connection>> Connection::to_tcp(const std::string& host, int port,
                                                       const WaitLimit& limit) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (const int why = ::getaddrinfo(host.c_str(), std::to_string(port).c_str(), &hints, &found);
      why != 0) {
    return unavailable("cannot resolve " + host + ": " + ::gai_strerror(why));
  }
  int fd = -1, failure = 0;
  for (const addrinfo* a = found; a && fd < 0; a = a->ai_next) {
    fd = connect_to(*a, limit);
    failure = errno;
  }
  ::freeaddrinfo(found);
  if (fd < 0) {
    if (failure == ECANCELED) return Error{ErrorCode::kCancelled, "stopping"};
    return unavailable("cannot connect to " + host + ":" + std::to_string(port) + ": " +
                       std::strerror(failure));
  }
  const int on = 1;
  (void)::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  // With this, a peer that vanished is noticed within minutes.
  (void)::setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
  return std::unique_ptr<Connection>(std::make_unique<PlainConnection>(fd));
}

}  // namespace logsvc::net
