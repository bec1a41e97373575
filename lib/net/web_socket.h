// A WebSocket that is read from, at the client's end (RFC 6455, without extensions).
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>

#include "base/result.h"
#include "net/connection.h"
#include "net/http_client.h"

namespace logsvc::net {

struct WebSocketLimits {
  uint64_t max_message_bytes = 64u << 20;  // of all pieces of a message
  int max_pieces = 100'000;                // of a message, the empty ones too
  // After this much silence the server is pinged; after as much again the connection has ended.
  int silence_ms = 30'000;
  int send_timeout_ms = 10'000;             // for the server to take a pong or a ping
  const std::atomic<bool>* stop = nullptr;  // ends read() within a quarter of a second: kCancelled
};

// For one thread.
class WebSocket {
 public:
  struct Opened {
    std::unique_ptr<WebSocket> socket;  // null: the server answered something else
    HttpAnswer refusal;                 // what it answered
  };

  // Asks for an upgrade: by the client's way, and after its redirections. kUnavailable: nobody
  // answers, or what answers does not know WebSockets; else the errors of HttpClient::open().
  static Result<Opened> open(HttpClient& client, HttpRequest request, const HttpLimits& limits,
                             const WebSocketLimits& socket_limits = {});

  // Over a connection that was upgraded; received: what came over it already.
  static std::unique_ptr<WebSocket> over(std::unique_ptr<Connection> connection,
                                         std::string received, const WebSocketLimits& limits);
  virtual ~WebSocket() = default;

  // The next message of the server, waited for. kUnavailable says why there will be none: the
  // server's reason, silence, a frame that is none, more than the limits allow. Pings are answered.
  virtual Result<std::string> read() = 0;
};

// The answer to a Sec-WebSocket-Key.
std::string websocket_accept(const std::string& key);

}  // namespace logsvc::net
