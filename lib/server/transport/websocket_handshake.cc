#include "server/transport/websocket_handshake.h"

#include "net/web_socket.h"

namespace logsvc::server {

std::string websocket_accept(const http::Request& request) {
  const std::string key = request.header("Sec-WebSocket-Key");
  if (request.method != "GET" || key.size() != 24 ||
      request.header("Sec-WebSocket-Version") != "13") {
    return "";
  }
  return "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
         "Sec-WebSocket-Accept: " +
         net::websocket_accept(key) + "\r\n\r\n";
}

bool accept_upgrade(http::Stream& stream, const std::string& answer) {
  const http::Stream::Moved sent = stream.write(answer);
  return sent.state == http::Stream::State::kDone && sent.bytes == answer.size();
}

}  // namespace logsvc::server
