// The client's end of a WebSocket that is read from (RFC 6455, without extensions).
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
  uint64_t max_message_bytes = 64u << 20;  // all pieces of a message together
  int max_pieces = 100'000;                // per message, empty ones included
  // After this much silence the server is pinged; after as much again the connection counts as
  // ended.
  int silence_ms = 30'000;
  // How long the server may take to accept a pong or a ping.
  int send_timeout_ms = 10'000;
  const std::atomic<bool>* stop = nullptr;  // ends read() within a quarter of a second: kCancelled
};

// For one thread.
class WebSocket {
 public:
  struct Opened {
    std::unique_ptr<WebSocket> socket;  // null: the server answered something else
    HttpAnswer refusal;                 // its answer then
  };

  // Asks for an upgrade with the client, following its redirections. kUnavailable if nobody
  // answers, or the answer shows no knowledge of WebSockets; else the errors of HttpClient::open().
  static Result<Opened> open(HttpClient& client, HttpRequest request, const HttpLimits& limits,
                             const WebSocketLimits& socket_limits = {});

  // Reads from a connection that was upgraded; received is what came over it already.
  static std::unique_ptr<WebSocket> over(std::unique_ptr<Connection> connection,
                                         std::string received, const WebSocketLimits& limits);
  virtual ~WebSocket() = default;

  // Waits for the next message of the server. kUnavailable says why there will be none: the
  // server's reason, silence, an invalid frame, more than the limits allow. Pings are answered.
  virtual Result<std::string> read() = 0;
};

// Makes the answer to a Sec-WebSocket-Key.
std::string websocket_accept(const std::string& key);

}  // namespace logsvc::net
