#include "http/stream.h"

#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <utility>

namespace logsvc::http {
namespace {

bool would_wait() { return errno == EAGAIN || errno == EWOULDBLOCK; }

class PlainStream : public Stream {
 public:
  explicit PlainStream(int socket) : Stream(socket) {}

  Moved read(char* to, size_t n) override {
    ssize_t got;
    do {
      got = ::recv(socket(), to, n, MSG_DONTWAIT);
    } while (got < 0 && errno == EINTR);
    if (got < 0 && would_wait()) return {State::kWantsRead};
    if (got <= 0) return {State::kEnded};
    return {State::kDone, static_cast<size_t>(got)};
  }
  Moved write(std::string_view bytes) override {
    ssize_t sent;
    do {
      sent = ::send(socket(), bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
    } while (sent < 0 && errno == EINTR);
    return written(sent);
  }
  Moved write_parts(std::span<const std::string_view> parts) override {
    std::array<iovec, kMostParts> pieces;
    msghdr message{};
    message.msg_iov = pieces.data();
    for (const std::string_view part : parts) {
      // The cast is safe: sendmsg only reads.
      pieces[message.msg_iovlen++] = {const_cast<char*>(part.data()), part.size()};
    }
    ssize_t sent;
    do {
      sent = ::sendmsg(socket(), &message, MSG_NOSIGNAL | MSG_DONTWAIT);
    } while (sent < 0 && errno == EINTR);
    return written(sent);
  }
  bool end() override {
    ::shutdown(socket(), SHUT_WR);
    return true;
  }

 private:
  static Moved written(ssize_t n) {
    if (n < 0) return {would_wait() ? State::kWantsWrite : State::kEnded};
    return {State::kDone, static_cast<size_t>(n)};
  }
};

}  // namespace

std::unique_ptr<Stream> Stream::plain(int socket) { return std::make_unique<PlainStream>(socket); }

Stream::~Stream() {
  if (socket_ >= 0) ::close(socket_);
}

int Stream::release_socket() { return std::exchange(socket_, -1); }

bool Stream::discard() {
  constexpr int kMostTurns = 64;  // then others get their turn
  std::array<char, 16 * 1024> scrap;
  for (int i = 0; i < kMostTurns; ++i) {
    const ssize_t n = ::recv(socket_, scrap.data(), scrap.size(), MSG_DONTWAIT);
    if (n == 0 || (n < 0 && !would_wait() && errno != EINTR)) return false;
    if (n < 0) return true;
  }
  return true;
}

const PeerIdentity& Stream::peer_identity() const {
  static const PeerIdentity kNobody;
  return kNobody;
}

}  // namespace logsvc::http
