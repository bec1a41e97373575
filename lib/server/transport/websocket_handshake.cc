#include "server/transport/websocket_handshake.h"

#include <openssl/evp.h>
#include <openssl/sha.h>
#include <sys/socket.h>

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
  unsigned char encoded[2 * SHA_DIGEST_LENGTH];
  const int n = EVP_EncodeBlock(encoded, digest, sizeof digest);
  return "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
         "Sec-WebSocket-Accept: " +
         std::string(reinterpret_cast<char*>(encoded), static_cast<size_t>(n)) + "\r\n\r\n";
}

bool accept_upgrade(int socket, const std::string& answer) {
  return ::send(socket, answer.data(), answer.size(), MSG_NOSIGNAL) ==
         static_cast<ssize_t>(answer.size());
}

}  // namespace logsvc::server
