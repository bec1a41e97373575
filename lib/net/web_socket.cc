#include "net/web_socket.h"

#include <openssl/rand.h>
#include <openssl/sha.h>
#include <poll.h>
#include <wslay/wslay.h>

#include <algorithm>
#include <chrono>
#include <deque>
#include <utility>

#include "base/base64.h"

namespace logsvc::net {
namespace {

using std::chrono::steady_clock;

constexpr size_t kMaxQueuedAnswers = 8;  // the most pongs that wait for the server to take them
constexpr int kSwitchingProtocols = 101;
constexpr char kNoFrame[] = "the server sent an invalid WebSocket frame";

Error gone(const std::string& what) { return {ErrorCode::kUnavailable, what}; }

std::string new_key() {
  std::string bytes(16, '\0');
  ::RAND_bytes(reinterpret_cast<unsigned char*>(bytes.data()), static_cast<int>(bytes.size()));
  return encode_base64(bytes);
}

class WslaySocket : public WebSocket {
 public:
  WslaySocket(std::unique_ptr<Connection> connection, std::string received,
              const WebSocketLimits& limits)
      : connection_(std::move(connection)), received_(std::move(received)), limits_(limits) {
    const wslay_event_callbacks callbacks{on_receive,     on_send,      on_mask,   on_frame_start,
                                          on_frame_piece, on_frame_end, on_message};
    if (wslay_event_context_client_init(&context_, &callbacks, this) != 0) context_ = nullptr;
    if (!context_) return;
    // Messages are put together here: the library's own pieces cost memory each, even empty ones,
    // and it does not count them.
    wslay_event_config_set_no_buffering(context_, 1);
    wslay_event_config_set_max_recv_msg_length(context_, limits_.max_message_bytes);
  }
  ~WslaySocket() override {
    if (context_) wslay_event_context_free(context_);
  }
  WslaySocket(const WslaySocket&) = delete;
  WslaySocket& operator=(const WslaySocket&) = delete;

  Result<std::string> read() override {
    if (!context_) return gone("no memory for a WebSocket");
    heard_ = steady_clock::now();
    while (messages_.empty()) {
      if (!ended_.empty()) return gone(ended_);
      if (limits_.stop && *limits_.stop) return Error{ErrorCode::kCancelled, "stopping"};
      const int failed = wslay_event_recv(context_);
      if (wslay_event_get_close_received(context_) && ended_.empty()) ended_ = why_closed();
      const Status sent = flush();
      if (!messages_.empty()) break;
      if (failed != 0 && ended_.empty()) ended_ = kNoFrame;
      if (!ended_.empty()) continue;
      if (!wslay_event_get_read_enabled(context_)) {
        ended_ = why_closed();
        continue;
      }
      RETURN_IF_ERROR(sent);
      RETURN_IF_ERROR(wait());
    }
    std::string out = std::move(messages_.front());
    messages_.pop_front();
    return out;
  }

 private:
  // Waits for what comes next; a server that is silent is pinged.
  Status wait() {
    if (may_have_more_) return {};
    const auto silent =
        std::chrono::duration_cast<std::chrono::milliseconds>(steady_clock::now() - heard_);
    const int left = limits_.silence_ms * (pinged_ ? 2 : 1) - static_cast<int>(silent.count());
    if (left > 0) {
      const Status ready = wait_for(connection_->fd(), POLLIN, {left, limits_.stop});
      if (ready.ok() || ready.error().code != ErrorCode::kTimeout) return ready;
      return {};
    }
    if (pinged_) {
      return gone("nothing came for " + std::to_string(silent.count() / 1000) + " s");
    }
    pinged_ = true;
    const wslay_event_msg ping{WSLAY_PING, nullptr, 0};
    wslay_event_queue_msg(context_, &ping);
    return flush();
  }

  Status flush() {
    while (wslay_event_want_write(context_)) {
      if (wslay_event_send(context_) != 0) {
        return gone(ended_.empty() ? "the connection broke" : ended_);
      }
    }
    return {};
  }

  std::string why_closed() const {
    if (wslay_event_get_close_received(context_)) {
      return "the server ended it" + (reason_.empty() ? "" : ": " + reason_);
    }
    switch (wslay_event_get_status_code_sent(context_)) {
      case WSLAY_CODE_MESSAGE_TOO_BIG:
        return "the server sent a message that is too long";
      case WSLAY_CODE_INVALID_FRAME_PAYLOAD_DATA:
        return "the server sent text that is not valid UTF-8";
      default:
        return kNoFrame;
    }
  }

  void refuse(const std::string& why) {
    ended_ = why;
    message_.clear();
    wslay_event_shutdown_read(context_);
  }

  static WslaySocket& of(void* self) { return *static_cast<WslaySocket*>(self); }

  static void on_frame_start(wslay_event_context_ptr, const wslay_event_on_frame_recv_start_arg* a,
                             void* self) {
    WslaySocket& s = of(self);
    s.is_control_ = wslay_is_ctrl_frame(a->opcode);
    if (s.is_control_) return;
    if (a->payload_length > s.limits_.max_message_bytes - s.message_.size()) {
      s.refuse("the server sent a message that is too long");
    } else if (++s.pieces_ > s.limits_.max_pieces) {
      s.refuse("the server sent a message of too many pieces");
    }
  }
  static void on_frame_piece(wslay_event_context_ptr, const wslay_event_on_frame_recv_chunk_arg* a,
                             void* self) {
    WslaySocket& s = of(self);
    if (s.is_control_ || !s.ended_.empty()) return;
    s.message_.append(reinterpret_cast<const char*>(a->data), a->data_length);
  }
  static void on_frame_end(wslay_event_context_ptr, void*) {}
  static void on_message(wslay_event_context_ptr, const wslay_event_on_msg_recv_arg* a,
                         void* self) {
    WslaySocket& s = of(self);
    if (a->opcode == WSLAY_CONNECTION_CLOSE && a->msg_length > 2) {
      s.reason_.assign(reinterpret_cast<const char*>(a->msg) + 2, a->msg_length - 2);
    }
    if (wslay_is_ctrl_frame(a->opcode) || !s.ended_.empty()) return;
    s.messages_.push_back(std::exchange(s.message_, std::string()));
    s.pieces_ = 0;
  }

  static ssize_t on_receive(wslay_event_context_ptr context, uint8_t* to, size_t n, int,
                            void* self) {
    WslaySocket& s = of(self);
    // Only the connection can say that nothing is there: after a part of a frame wslay ends its
    // turn without having asked for the rest.
    s.may_have_more_ = true;
    // What is there is taken first, and answered.
    if (!s.messages_.empty() || wslay_event_get_queued_msg_count(context) > kMaxQueuedAnswers) {
      wslay_event_set_error(context, WSLAY_ERR_WOULDBLOCK);
      return -1;
    }
    const size_t before = std::min(n, s.received_.size());
    if (before > 0) {
      s.received_.copy(reinterpret_cast<char*>(to), before);
      s.received_.erase(0, before);
      return static_cast<ssize_t>(before);
    }
    const auto got = s.connection_->receive(reinterpret_cast<char*>(to), n);
    if (got.ok() && *got > 0) {
      s.heard_ = steady_clock::now();
      s.pinged_ = false;
      return static_cast<ssize_t>(*got);
    }
    const bool later = !got.ok() && got.error().code == ErrorCode::kTimeout;
    if (later) s.may_have_more_ = false;
    if (!later) s.ended_ = got.ok() ? "the connection ended" : got.error().message;
    wslay_event_set_error(context, later ? WSLAY_ERR_WOULDBLOCK : WSLAY_ERR_CALLBACK_FAILURE);
    return -1;
  }
  static ssize_t on_send(wslay_event_context_ptr context, const uint8_t* from, size_t n, int,
                         void* self) {
    WslaySocket& s = of(self);
    const Status sent = s.connection_->send({reinterpret_cast<const char*>(from), n},
                                            {s.limits_.send_timeout_ms, s.limits_.stop});
    if (sent.ok()) return static_cast<ssize_t>(n);
    if (s.ended_.empty()) s.ended_ = sent.error().message;
    wslay_event_set_error(context, WSLAY_ERR_CALLBACK_FAILURE);
    return -1;
  }
  static int on_mask(wslay_event_context_ptr, uint8_t* to, size_t n, void*) {
    return ::RAND_bytes(to, static_cast<int>(n)) == 1 ? 0 : -1;
  }

  const std::unique_ptr<Connection> connection_;
  std::string received_;  // came before the first frame was asked for
  const WebSocketLimits limits_;
  wslay_event_context_ptr context_ = nullptr;
  std::deque<std::string> messages_;  // whole, to be taken
  std::string message_;               // what has come of the next one
  int pieces_ = 0;                    // pieces of it
  bool is_control_ = false;           // whether the current frame is a control frame
  bool may_have_more_ = false;        // the connection did not say otherwise
  steady_clock::time_point heard_;    // when bytes came last
  bool pinged_ = false;               // since then
  std::string reason_;                // from the server's close frame
  std::string ended_;                 // why nothing more is read; empty: reading goes on
};

}  // namespace

std::string websocket_accept(const std::string& key) {
  const std::string salted = key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
  unsigned char digest[SHA_DIGEST_LENGTH];
  ::SHA1(reinterpret_cast<const unsigned char*>(salted.data()), salted.size(), digest);
  return encode_base64({reinterpret_cast<const char*>(digest), sizeof digest});
}

Result<WebSocket::Opened> WebSocket::open(HttpClient& client, HttpRequest request,
                                          const HttpLimits& limits,
                                          const WebSocketLimits& socket_limits) {
  const std::string key = new_key();
  request.upgrades = true;
  for (Header header : {Header{"Upgrade", "websocket"}, Header{"Connection", "Upgrade"},
                        Header{"Sec-WebSocket-Version", "13"}, Header{"Sec-WebSocket-Key", key}}) {
    request.headers.push_back(std::move(header));
  }
  ASSIGN_OR_RETURN(HttpStream answer, client.open(request, limits));
  Opened out;
  if (answer.status() != kSwitchingProtocols) {
    out.refusal.status = answer.status();
    out.refusal.status_line = answer.status_line();
    out.refusal.location = answer.header("location");
    // A body that breaks off does not change the status.
    auto body = answer.read_all(limits.max_body_bytes, limits.answer_timeout_ms);
    if (body.ok()) out.refusal.body = std::move(*body);
    return out;
  }
  if (answer.header("sec-websocket-accept") != websocket_accept(key)) {
    return gone("the server's answer is to no WebSocket of ours");
  }
  std::string received = answer.take_received();
  out.socket = over(std::move(answer).release(), std::move(received), socket_limits);
  return out;
}

std::unique_ptr<WebSocket> WebSocket::over(std::unique_ptr<Connection> connection,
                                           std::string received, const WebSocketLimits& limits) {
  return std::make_unique<WslaySocket>(std::move(connection), std::move(received), limits);
}

}  // namespace logsvc::net
