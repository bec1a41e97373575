#include "server/live/tail_loop.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>
#include <wslay/wslay.h>

#include <algorithm>

#include "base/utf8.h"
#include "os/thread_priority.h"
#include "server/live/frame_writer.h"

namespace logsvc::server {
namespace {

// As queries have it: what is pushed goes first.
constexpr int kNice = 10;
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

Counter& shed_counter(Metrics& metrics, const char* reason) {
  return metrics.counter("logsvc_tail_shed_total",
                         "Live readers that were refused, ended or lost what waited for them",
                         {{"reason", reason}});
}

}  // namespace

class TailLoop::Connection {
 public:
  Connection(std::unique_ptr<http::Stream> stream, std::shared_ptr<LiveSession> session,
             Validity validity, LiveLease lease)
      : stream_(std::move(stream)),
        session_(std::move(session)),
        validity_(std::move(validity)),
        lease_(std::move(lease)) {
    count_memory();
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
    stream_->end();
    stream_->discard();
  }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  int socket() const { return stream_->socket(); }
  const std::shared_ptr<LiveSession>& session() const { return session_; }
  // Returns what to wait for. Nothing is read while too many answers wait to be taken.
  short wanted_events() const {
    const bool writes = wslay_event_want_write(context_) || !frames_.empty() || writes_to_read_;
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

  uint64_t queued_bytes() const { return session_ ? session_->queued_bytes() : 0; }
  uint64_t own_bytes() const {
    return frames_.own_bytes() + (session_ ? session_->own_bytes() : 0);
  }
  void count_memory() { lease_.set(own_bytes()); }
  // Notes what is left after it had its turn.
  void end_turn() {
    count_memory();
    behind_ = frames_.unsent_bytes() > 0 || queued_bytes() > 0;
  }
  // Whether it did not take all that there was in its last turn.
  bool behind() const { return behind_; }
  uint64_t untaken_bytes() const { return own_bytes() + frames_.unsent_bytes(); }
  // Leaves out what waits for it.
  void shed() { session_->shed(); }
  // Ends the connection at once, with what it did not take.
  void drop() {
    failed_ = true;
    frames_ = FrameWriter();
    lease_.set(0);
  }

  void refuse(const std::string& reason) { end(kInternalError, reason); }

  void queue_frames(int64_t now_ns) {
    if (!ending_ && validity_.has_ended()) {
      ending_ = true;
      end(kPolicyViolation, "the login has ended");
    }
    if (!session_ || frames_.unsent_bytes() > kMaxUnsentBytes) return;
    if (std::string missing = session_->take_warnings(); !missing.empty()) {
      frames_.queue({std::move(missing), nullptr, {}});
    }
    for (LiveFrame& frame : session_->take_frames(now_ns)) frames_.queue(std::move(frame));
    if (now_ns - last_ping_ns_ >= kPingInterval) {
      last_ping_ns_ = now_ns;
      control_frames_ = 0;
      if (ending_) failed_ = true;  // it had its time to take the close frame
      // The reader has not taken the last one.
      if (wslay_event_get_queued_msg_count(context_) > 0) return;
      const wslay_event_msg ping{WSLAY_PING, nullptr, 0};
      wslay_event_queue_msg(context_, &ping);
    }
  }

  void handle_events(short events) {
    const short awaited =
        static_cast<short>((writes_to_read_ ? POLLOUT : POLLIN) | POLLHUP | POLLERR);
    const bool readable = (events & awaited) != 0 || stream_->holds_input();
    if (readable && wslay_event_recv(context_) != 0) failed_ = true;
    if (failed_) return;
    // A frame in progress comes first, then pings and the like, which are wslay's, then all others.
    if (frames_.in_frame() && !frames_.write(*stream_)) failed_ = true;
    if (failed_ || frames_.in_frame()) return;
    if (wslay_event_want_write(context_) && wslay_event_send(context_) != 0) failed_ = true;
    if (failed_ || wslay_event_want_write(context_) || wslay_event_get_close_sent(context_)) return;
    if (!frames_.write(*stream_)) failed_ = true;
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
      connection->ending_ = true;
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
    auto* connection = static_cast<Connection*>(self);
    const auto got = connection->stream_->read(reinterpret_cast<char*>(to), n);
    connection->writes_to_read_ = got.state == State::kWantsWrite;
    if (got.state == State::kDone) return static_cast<ssize_t>(got.bytes);
    const bool later = got.state == State::kWantsRead || got.state == State::kWantsWrite;
    wslay_event_set_error(context, later ? WSLAY_ERR_WOULDBLOCK : WSLAY_ERR_CALLBACK_FAILURE);
    return -1;
  }
  static ssize_t send(wslay_event_context_ptr context, const uint8_t* from, size_t n, int,
                      void* self) {
    auto* connection = static_cast<Connection*>(self);
    const auto sent = connection->stream_->write({reinterpret_cast<const char*>(from), n});
    if (sent.state == State::kDone) {
      connection->sent_ += sent.bytes;
      return static_cast<ssize_t>(sent.bytes);
    }
    const bool later = sent.state == State::kWantsWrite;
    wslay_event_set_error(context, later ? WSLAY_ERR_WOULDBLOCK : WSLAY_ERR_CALLBACK_FAILURE);
    return -1;
  }

  using State = http::Stream::State;

  const std::unique_ptr<http::Stream> stream_;
  const std::shared_ptr<LiveSession> session_;
  const Validity validity_;
  wslay_event_context_ptr context_ = nullptr;
  bool failed_ = false;
  bool writes_to_read_ = false;  // TLS has to write before it reads on
  bool ending_ = false;          // we sent a close frame
  int64_t last_ping_ns_ = 0;
  uint64_t control_frames_ = 0;  // since the last ping
  FrameWriter frames_;           // what the session gives
  LiveLease lease_;              // of what is its own
  bool behind_ = false;
  uint64_t sent_ = 0;  // by wslay
  uint64_t told_ = 0;
};

TailLoop::TailLoop(TailLoopOptions options, const Clock& clock, Metrics& metrics)
    : options_(options),
      clock_(clock),
      bytes_sent_(metrics.counter("loki_querier_tail_bytes_total", "Bytes sent to live readers")),
      dropped_(metrics.counter("logsvc_tail_dropped_entries_total",
                               "Entries not sent to live readers that were too slow")),
      refused_(shed_counter(metrics, "refused")),
      shed_queues_(shed_counter(metrics, "queue")),
      shed_readers_(shed_counter(metrics, "slow")),
      wake_fd_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)),
      hub_(
          clock, [this] { wake(); }, options.memory_bytes),
      thread_([this] { run(); }) {
  metrics.gauge_function("loki_querier_tail_active", "Live readers",
                         [this] { return static_cast<double>(hub_.viewers()); });
  metrics.gauge_function("logsvc_tail_memory_bytes", "Memory of what waits for live readers",
                         [this] { return static_cast<double>(hub_.memory().held_bytes()); });
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

void TailLoop::adopt(std::unique_ptr<http::Stream> stream, std::shared_ptr<LiveSession> session,
                     Validity validity) {
  ++connections_;
  {
    MutexLock lock(mutex_);
    adopted_.push_back(std::make_unique<Connection>(std::move(stream), std::move(session),
                                                    std::move(validity), hub_.memory().lease(0)));
  }
  wake();
}

void TailLoop::adopt_refused(std::unique_ptr<http::Stream> stream, const std::string& reason) {
  auto connection =
      std::make_unique<Connection>(std::move(stream), nullptr, Validity(), hub_.memory().lease(0));
  connection->refuse(reason);
  ++connections_;
  {
    MutexLock lock(mutex_);
    adopted_.push_back(std::move(connection));
  }
  wake();
}

bool TailLoop::full() const {
  if (connections_.load() < options_.max_viewers && !hub_.memory().full()) return false;
  refused_.add();
  return true;
}

// Those who are behind lose what waits for them, the longest queues first, which costs them a gap;
// then, if they do not take what was framed for them, their connection. Others lose something only
// if that does not do.
void TailLoop::shed_slow(Connections& connections) {
  const LiveMemory& memory = hub_.memory();
  std::vector<Connection*> order;
  for (const auto& c : connections) order.push_back(c.get());
  std::sort(order.begin(), order.end(), [](const Connection* a, const Connection* b) {
    return a->queued_bytes() > b->queued_bytes();
  });
  const auto shed = [&](Connection* c) {
    if (c->queued_bytes() == 0) return;
    c->shed();
    shed_queues_.add();
  };
  for (Connection* c : order) {
    if (memory.has_room()) return;
    if (c->behind()) shed(c);
  }
  std::sort(order.begin(), order.end(), [](const Connection* a, const Connection* b) {
    return a->untaken_bytes() > b->untaken_bytes();
  });
  for (Connection* c : order) {
    if (memory.has_room()) return;
    if (!c->behind() || c->untaken_bytes() == 0) continue;
    c->drop();
    shed_readers_.add();
  }
  for (Connection* c : order) {
    if (!memory.full()) return;
    shed(c);
  }
}

void TailLoop::run() {
  lower_thread_priority(kNice);
  Connections connections;
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
      more = hub_.form_pieces([&] { shed_slow(connections); });
      formed_ns = now;
    }
    polled.assign(1, {wake_fd_, POLLIN, 0});
    for (const auto& c : connections) {
      c->queue_frames(now);
      c->handle_events(0);
      c->end_turn();
      if (hub_.memory().full()) shed_slow(connections);
      bytes_sent_.add(c->take_sent());
      polled.push_back({c->socket(), c->wanted_events(), 0});
    }
    ::poll(polled.data(), polled.size(), more ? 0 : connections.empty() ? 1000 : kPollMs);
    if (polled[0].revents) {
      uint64_t count;
      [[maybe_unused]] const ssize_t n = ::read(wake_fd_, &count, sizeof count);
    }
    for (size_t i = 0; i < connections.size(); ++i) {
      connections[i]->handle_events(polled[i + 1].revents);
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
