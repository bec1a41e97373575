#include "server/live/tail_loop.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>
#include <wslay/wslay.h>

#include <algorithm>
#include <cerrno>

#include "base/utf8.h"
#include "server/live/frame_writer.h"

namespace logsvc::server {
namespace {

constexpr int64_t kPingInterval = kSecond;
constexpr int kPollMs = 50;  // also the precision of delay_for
// Pages get what came in this time together: a frame for each push would help nobody.
constexpr int64_t kFormInterval = 50 * kMillisecond;
constexpr size_t kMaxUnsentBytes = 1u << 20;  // above this the session keeps (and drops) what comes
constexpr size_t kMaxReasonBytes = 123;
// Answers to pings wait until the reader takes them; with so many waiting, nothing more is read.
constexpr size_t kMaxQueuedMessages = 16;
// Control frames a second that a reader may send; more is a flood and ends the connection.
constexpr uint64_t kMaxControlFrames = 100;
constexpr uint16_t kPolicyViolation = 1008;
constexpr uint16_t kInternalError = 1011;

}  // namespace

class TailLoop::Connection {
 public:
  Connection(int socket, std::shared_ptr<LiveSession> session)
      : socket_(socket), session_(std::move(session)) {
    const int flags = ::fcntl(socket_, F_GETFL, 0);
    ::fcntl(socket_, F_SETFL, flags | O_NONBLOCK);
    wslay_event_callbacks callbacks{};
    callbacks.recv_callback = receive;
    callbacks.send_callback = send;
    callbacks.on_msg_recv_callback = message;
    wslay_event_context_server_init(&context_, &callbacks, this);
    wslay_event_config_set_max_recv_msg_length(context_, 64 * 1024);
  }
  ~Connection() {
    wslay_event_context_free(context_);
    // This ends the stream without a reset: what the peer sent is read first.
    ::shutdown(socket_, SHUT_WR);
    char scrap[4096];
    for (int i = 0; i < 64 && ::recv(socket_, scrap, sizeof scrap, MSG_DONTWAIT) > 0; ++i) {
    }
    ::close(socket_);
  }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  int socket() const { return socket_; }
  const std::shared_ptr<LiveSession>& session() const { return session_; }
  // Returns what to wait for. Nothing is read while too many answers wait to be taken.
  short wanted_events() const {
    const bool writes = wslay_event_want_write(context_) || !frames_.empty();
    const bool reads = wslay_event_get_queued_msg_count(context_) <= kMaxQueuedMessages;
    return static_cast<short>((writes ? POLLOUT : 0) | (reads ? POLLIN : 0));
  }
  bool ended() const {
    return failed_ || (!wslay_event_want_read(context_) && !wslay_event_want_write(context_));
  }
  // Returns the bytes sent since the last call.
  uint64_t take_sent() {
    const uint64_t all = sent_ + frames_.written_bytes();
    return all - std::exchange(told_, all);
  }

  void refuse(const std::string& reason) { end(kInternalError, reason); }

  void queue_frames(int64_t now_ns) {
    if (!session_ || frames_.unsent_bytes() > kMaxUnsentBytes) return;
    if (std::string missing = session_->take_warnings(); !missing.empty()) {
      frames_.queue({std::move(missing), nullptr, {}});
    }
    for (LiveFrame& frame : session_->take_frames(now_ns)) frames_.queue(std::move(frame));
    if (now_ns - last_ping_ns_ >= kPingInterval) {
      last_ping_ns_ = now_ns;
      control_frames_ = 0;
      if (flooded_) failed_ = true;  // it had its time to take the close frame
      // The reader has not taken the last one.
      if (wslay_event_get_queued_msg_count(context_) > 0) return;
      const wslay_event_msg ping{WSLAY_PING, nullptr, 0};
      wslay_event_queue_msg(context_, &ping);
    }
  }

  void handle_events(bool readable) {
    if (readable && wslay_event_recv(context_) != 0) failed_ = true;
    if (failed_) return;
    // A frame in progress comes first, then pings and the like, which are wslay's, then all others.
    if (frames_.in_frame() && !frames_.write(socket_)) failed_ = true;
    if (failed_ || frames_.in_frame()) return;
    if (wslay_event_want_write(context_) && wslay_event_send(context_) != 0) failed_ = true;
    if (failed_ || wslay_event_want_write(context_) || wslay_event_get_close_sent(context_)) return;
    if (!frames_.write(socket_)) failed_ = true;
  }

 private:
  void end(uint16_t code, const std::string& reason) {
    const std::string_view text = cut_utf8(reason, kMaxReasonBytes);
    wslay_event_queue_close(context_, code, reinterpret_cast<const uint8_t*>(text.data()),
                            text.size());
    wslay_event_shutdown_read(context_);
  }
  static void message(wslay_event_context_ptr, const wslay_event_on_msg_recv_arg* arg, void* self) {
    auto* connection = static_cast<Connection*>(self);
    if (wslay_is_ctrl_frame(arg->opcode) && ++connection->control_frames_ == kMaxControlFrames) {
      connection->flooded_ = true;
      connection->end(kPolicyViolation, "too many pings");
    }
    if (arg->opcode != WSLAY_TEXT_FRAME || !connection->session_) return;
    connection->session_->receive({reinterpret_cast<const char*>(arg->msg), arg->msg_length});
  }
  static ssize_t receive(wslay_event_context_ptr context, uint8_t* to, size_t n, int, void* self) {
    if (wslay_event_get_queued_msg_count(context) > kMaxQueuedMessages) {
      wslay_event_set_error(context, WSLAY_ERR_WOULDBLOCK);
      return -1;
    }
    const ssize_t got = ::recv(static_cast<Connection*>(self)->socket_, to, n, 0);
    if (got > 0) return got;
    const bool later = got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR);
    wslay_event_set_error(context, later ? WSLAY_ERR_WOULDBLOCK : WSLAY_ERR_CALLBACK_FAILURE);
    return -1;
  }
  static ssize_t send(wslay_event_context_ptr context, const uint8_t* from, size_t n, int,
                      void* self) {
    auto* connection = static_cast<Connection*>(self);
    const ssize_t sent = ::send(connection->socket_, from, n, MSG_NOSIGNAL);
    if (sent >= 0) {
      connection->sent_ += static_cast<uint64_t>(sent);
      return sent;
    }
    const bool later = errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
    wslay_event_set_error(context, later ? WSLAY_ERR_WOULDBLOCK : WSLAY_ERR_CALLBACK_FAILURE);
    return -1;
  }

  const int socket_;
  const std::shared_ptr<LiveSession> session_;
  wslay_event_context_ptr context_ = nullptr;
  bool failed_ = false;
  bool flooded_ = false;
  int64_t last_ping_ns_ = 0;
  uint64_t control_frames_ = 0;  // since the last ping
  FrameWriter frames_;           // what the session gives
  uint64_t sent_ = 0;            // by wslay
  uint64_t told_ = 0;
};

TailLoop::TailLoop(const Clock& clock, Metrics& metrics)
    : clock_(clock),
      bytes_sent_(metrics.counter("loki_querier_tail_bytes_total", "Bytes sent to live readers")),
      dropped_(metrics.counter("logsvc_tail_dropped_entries_total",
                               "Entries not sent to live readers that were too slow")),
      wake_fd_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)),
      hub_(clock, [this] { wake(); }),
      thread_([this] { run(); }) {
  metrics.gauge_function("loki_querier_tail_active", "Live readers",
                         [this] { return static_cast<double>(hub_.viewers()); });
}

TailLoop::~TailLoop() {
  stopping_ = true;
  wake();
  thread_.join();
  ::close(wake_fd_);
}

void TailLoop::wake() {
  const uint64_t one = 1;
  [[maybe_unused]] const ssize_t n = ::write(wake_fd_, &one, sizeof one);
}

void TailLoop::adopt(int socket, std::shared_ptr<LiveSession> session) {
  ++connections_;
  {
    MutexLock lock(mutex_);
    adopted_.push_back(std::make_unique<Connection>(socket, std::move(session)));
  }
  wake();
}

void TailLoop::adopt_refused(int socket, const std::string& reason) {
  auto connection = std::make_unique<Connection>(socket, nullptr);
  connection->refuse(reason);
  ++connections_;
  {
    MutexLock lock(mutex_);
    adopted_.push_back(std::move(connection));
  }
  wake();
}

void TailLoop::run() {
  std::vector<std::unique_ptr<Connection>> connections;
  std::vector<pollfd> polled;
  int64_t formed_ns = 0;
  bool more = false;
  while (!stopping_) {
    {
      MutexLock lock(mutex_);
      std::move(adopted_.begin(), adopted_.end(), std::back_inserter(connections));
      adopted_.clear();
    }
    const int64_t now = clock_.steady_ns();
    if (more || now - formed_ns >= kFormInterval) {
      more = hub_.form_pieces();
      formed_ns = now;
    }
    polled.assign(1, {wake_fd_, POLLIN, 0});
    for (const auto& c : connections) {
      c->queue_frames(now);
      c->handle_events(false);
      bytes_sent_.add(c->take_sent());
      polled.push_back({c->socket(), c->wanted_events(), 0});
    }
    ::poll(polled.data(), polled.size(), more ? 0 : connections.empty() ? 1000 : kPollMs);
    if (polled[0].revents) {
      uint64_t count;
      [[maybe_unused]] const ssize_t n = ::read(wake_fd_, &count, sizeof count);
    }
    for (size_t i = 0; i < connections.size(); ++i) {
      connections[i]->handle_events((polled[i + 1].revents & (POLLIN | POLLHUP | POLLERR)) != 0);
    }
    std::erase_if(connections, [&](const auto& c) {
      if (!c->ended()) return false;
      --connections_;
      if (c->session()) {
        hub_.unsubscribe(c->session()->feed_reader());
        dropped_.add(c->session()->dropped_total());
      }
      return true;
    });
  }
}

}  // namespace logsvc::server
