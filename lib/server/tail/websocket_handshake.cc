#include "server/tail/websocket_handshake.h"

#include <openssl/sha.h>

#include "base/base64.h"

namespace logsvc::server {

std::string websocket_accept(const http::Request& request) {
  const std::string key = request.header("Sec-WebSocket-Key");
  if (request.method != "GET" || key.size() != 24 ||
      request.header("Sec-WebSocket-Version") != "13") {
    return "";
  }
  const std::string salted = key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
  unsigned char digest[SHA_DIGEST_LENGTH];
  SHA1(reinterpret_cast<const unsigned char*>(salted.data()), salted.size(), digest);
  return "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
         "Sec-WebSocket-Accept: " +
         encode_base64({reinterpret_cast<const char*>(digest), sizeof digest}) + "\r\n\r\n";
}

}  // namespace logsvc::server
