#include "http/connection.h"

#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

namespace logsvc::http {
namespace {

constexpr size_t kReceiveBytes = 64 * 1024;
// How long the peer may take to read the last answer and close.
constexpr Duration kEndTime = 3 * kSecond;

using Buffer = std::array<char, kReceiveBytes>;

// Each thread has one, however many connections there are.
Buffer& receive_buffer() {
  static thread_local const auto kBuffer = std::make_unique<Buffer>();
  return *kBuffer;
}

bool would_wait() { return errno == EAGAIN || errno == EWOULDBLOCK; }

}  // namespace

Connection::Connection(uint64_t id, int socket, std::string peer, const Limits& limits,
                       std::shared_ptr<MemoryBudget> budget, int64_t now_ns)
    : id_(id),
      socket_(socket),
      peer_(std::move(peer)),
      limits_(limits),
      reader_(limits, std::move(budget)),
      begun_ns_(now_ns),
      parked_ns_(now_ns) {}

Connection::~Connection() {
  if (socket_ >= 0) ::close(socket_);
}

Connection::Received Connection::receive(int64_t now_ns) {
  Buffer& buffer = receive_buffer();
  ssize_t n;
  do {
    n = ::recv(socket_, buffer.data(), buffer.size(), MSG_DONTWAIT);
  } while (n < 0 && errno == EINTR);
  if (n < 0 && would_wait()) return Received::kNothing;
  if (n <= 0) return Received::kEnded;
  const auto before = reader_.state();
  reader_.feed({buffer.data(), static_cast<size_t>(n)});
  note(now_ns, before);
  return Received::kSome;
}

void Connection::note(int64_t now_ns, RequestReader::State before) {
  const auto now = reader_.state();
  if (now != before && before == RequestReader::State::kIdle) begun_ns_ = now_ns;
}

bool Connection::discard() {
  Buffer& buffer = receive_buffer();
  constexpr int kMostTurns = 16;  // then others get their turn
  for (int i = 0; i < kMostTurns; ++i) {
    const ssize_t n = ::recv(socket_, buffer.data(), buffer.size(), MSG_DONTWAIT);
    if (n == 0 || (n < 0 && !would_wait() && errno != EINTR)) return false;
    if (n < 0) return true;
  }
  return true;
}

bool Connection::send(std::string_view bytes, int64_t now_ns) {
  if (unsent_bytes() == 0) {
    answer_begun_ns_ = now_ns;
    taken_bytes_ = 0;
    while (!bytes.empty()) {
      const ssize_t n = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
      if (n < 0 && errno == EINTR) continue;
      if (n < 0 && would_wait()) break;
      if (n < 0) return false;
      bytes.remove_prefix(static_cast<size_t>(n));
      taken_bytes_ += static_cast<uint64_t>(n);
    }
  }
  if (bytes.empty()) return flush();
  if (sent_ > unsent_.size() / 2) {
    unsent_.erase(0, sent_);
    sent_ = 0;
  }
  unsent_ += bytes;
  return flush();
}

bool Connection::flush() {
  while (unsent_bytes() > 0) {
    const ssize_t n =
        ::send(socket_, unsent_.data() + sent_, unsent_bytes(), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return would_wait();
    sent_ += static_cast<size_t>(n);
    taken_bytes_ += static_cast<uint64_t>(n);
  }
  unsent_ = {};
  sent_ = 0;
  return true;
}

void Connection::shut_down(int64_t now_ns) {
  if (std::exchange(shut_down_, true)) return;
  ::shutdown(socket_, SHUT_WR);
  answer_begun_ns_ = now_ns;
}

int64_t Connection::deadline_ns() const {
  const auto paced = [&](int64_t begun, uint64_t bytes) {
    return begun + limits_.grace_time +
           static_cast<int64_t>(bytes / limits_.least_bytes_per_second) * kSecond;
  };
  if (unsent_bytes() > 0) return paced(answer_begun_ns_, taken_bytes_);
  if (ending_) return answer_begun_ns_ + kEndTime;
  switch (reader_.state()) {
    case RequestReader::State::kHead:
      return begun_ns_ + limits_.head_time;
    case RequestReader::State::kBody:
      return std::min(paced(begun_ns_, reader_.body_bytes()), begun_ns_ + limits_.max_body_time);
    default:
      return parked_ns_ + limits_.idle_time;
  }
}

int Connection::rank() const {
  if (ending_) return 0;
  if (unsent_bytes() > 0) return 2;
  switch (reader_.state()) {
    case RequestReader::State::kIdle:
      return 0;
    case RequestReader::State::kHead:
      return 1;
    default:
      return 3;
  }
}

}  // namespace logsvc::http
