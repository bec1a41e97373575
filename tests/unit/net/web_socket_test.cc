#include "net/web_socket.h"

#include <doctest/doctest.h>

#include "tcp_server.h"

namespace logsvc::net {
namespace {

constexpr uint8_t kText = 1, kClose = 8, kPing = 9;
constexpr uint8_t kFinal = 0x80;

// A frame of a server.
std::string frame(uint8_t first, const std::string& payload) {
  std::string out(1, static_cast<char>(first));
  if (payload.size() < 126) return out + static_cast<char>(payload.size()) + payload;
  const bool is_short = payload.size() < 1u << 16;
  out += static_cast<char>(is_short ? 126 : 127);
  for (int shift = is_short ? 8 : 56; shift >= 0; shift -= 8) {
    out += static_cast<char>(static_cast<uint64_t>(payload.size()) >> shift & 255);
  }
  return out + payload;
}

std::string header_of(const std::string& head, const std::string& name) {
  const size_t at = head.find(name + ": ");
  if (at == std::string::npos) return "";
  const size_t from = at + name.size() + 2;
  return head.substr(from, head.find("\r\n", from) - from);
}

// Answers the upgrade, then talks; the connection stays until the client ends it.
class Upgrading {
 public:
  explicit Upgrading(std::function<void(int)> talks)
      : server_([talks = std::move(talks)](int socket, int) {
          const std::string head = TcpServer::read_head(socket);
          (void)TcpServer::send(socket,
                                "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
                                "Connection: Upgrade\r\nSec-WebSocket-Accept: " +
                                    websocket_accept(header_of(head, "Sec-WebSocket-Key")) +
                                    "\r\n\r\n");
          talks(socket);
          TcpServer::wait_for_end(socket);
        }) {}
  explicit Upgrading(const std::string& says)
      : Upgrading([says](int socket) { (void)TcpServer::send(socket, says); }) {}

  std::unique_ptr<WebSocket> open(const WebSocketLimits& limits = {}) {
    HttpRequest request;
    request.url = *parse_url(server_.url());
    HttpClient client({});
    auto opened = WebSocket::open(client, request, {}, limits);
    REQUIRE(opened.ok());
    REQUIRE(opened->socket);
    return std::move(opened->socket);
  }

 private:
  TcpServer server_;
};

std::string end_of(WebSocket& socket) {
  while (true) {
    const auto message = socket.read();
    if (message.ok()) continue;
    CHECK(message.error().code == ErrorCode::kUnavailable);
    return message.error().message;
  }
}

}  // namespace

TEST_SUITE_BEGIN("net");

TEST_CASE("the answer to a key is that of the RFC") {
  CHECK(websocket_accept("dGhlIHNhbXBsZSBub25jZQ==") == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
}

TEST_CASE("messages, whole and in pieces, with pings between") {
  const std::string big(100'000, 'b');
  Upgrading server(frame(kFinal | kText, "one") + frame(kText, "tw") +
                   frame(kFinal | kPing, "there?") + frame(0, "") + frame(kFinal | 0, "o") +
                   frame(kFinal | kText, big) + frame(kFinal | kText, "") +
                   frame(kFinal | kClose,
                         "\x03\xe8"
                         "good night"));
  const auto socket = server.open();
  CHECK(*socket->read() == "one");
  CHECK(*socket->read() == "two");
  CHECK(*socket->read() == big);
  CHECK(*socket->read() == "");
  CHECK(end_of(*socket) == "the server ended it: good night");
  CHECK(end_of(*socket) == "the server ended it: good night");
}

TEST_CASE("what a server sends that is no WebSocket") {
  const std::pair<std::string, std::string> kBad[] = {
      {std::string("\x81\x7f\x7f\xff\xff\xff\xff\xff\xff\xff", 10) + "x", "too long"},
      {std::string("\x81\x7f\xff\xff\xff\xff\xff\xff\xff\xff", 10) + "x", ""},  // more than 63 bits
      {std::string("\x89\x7e\x01\x00", 4) + std::string(256, 'p'), ""},         // a ping too long
      {frame(kFinal | 3, "x"), "invalid WebSocket frame"},
      {frame(kFinal | 0, "x"), "invalid WebSocket frame"},  // goes on with nothing
      {frame(kFinal | 0x40 | kText, "x"), ""},              // a reserved bit
      {frame(kText, "a") + frame(kFinal | kText, "b"),
       "invalid WebSocket frame"},                        // begins another
      {frame(kPing, "x"), "invalid WebSocket frame"},     // a ping in pieces
      {std::string("\x81\x81\x00\x00\x00\x00x", 7), ""},  // masked
      {frame(kFinal | kText, "\xff"), "UTF-8"},
      {frame(kFinal | kClose, "\x01"), ""},
      {"HTTP/1.1 400 Bad Request\r\n\r\n", ""}};
  for (const auto& bad : kBad) {
    INFO(bad.first.substr(0, 12));
    Upgrading server(bad.first);
    const auto socket = server.open();
    const std::string end = end_of(*socket);
    CHECK(end.find(bad.second) != std::string::npos);
    CHECK(end != "");
  }
}

TEST_CASE("a message has a limit of bytes and of pieces") {
  WebSocketLimits limits;
  limits.max_message_bytes = 1000;
  limits.max_pieces = 50;
  for (const std::string& piece : {std::string(300, 'x'), std::string("x"), std::string()}) {
    CAPTURE(piece.size());
    Upgrading server([piece](int socket) {
      std::string more = frame(kText, piece);
      while (TcpServer::send(socket, more)) more = frame(0, piece);
    });
    const auto socket = server.open(limits);
    const std::string end = end_of(*socket);
    CHECK(end == (piece.size() == 300 ? "the server sent a message that is too long"
                                      : "the server sent a message of too many pieces"));
  }
}

TEST_CASE("a server that pings without end") {
  // It is answered as long as it takes the answers; what it does not take is not kept.
  Upgrading server([](int socket) {
    const std::string ping = frame(kFinal | kPing, std::string(125, 'p'));
    while (TcpServer::send(socket, ping)) {
    }
  });
  WebSocketLimits limits;
  limits.send_timeout_ms = 100;
  const auto socket = server.open(limits);
  CHECK(end_of(*socket) == "no answer in time");
}

TEST_CASE("a silent server is pinged, then left") {
  WebSocketLimits limits;
  limits.silence_ms = 50;
  Upgrading silent([](int) {});
  CHECK(end_of(*silent.open(limits)) == "nothing came for 0 s");

  // One that answers stays.
  Upgrading polite([](int socket) {
    char ping[64];
    for (int i = 0; i < 3; ++i) {
      const ssize_t n = ::recv(socket, ping, sizeof ping, 0);
      if (n < 6 || static_cast<uint8_t>(ping[0]) != (kFinal | kPing)) return;
      (void)TcpServer::send(socket, frame(kFinal | 10, ""));
    }
    (void)TcpServer::send(socket, frame(kFinal | kText, "still here"));
  });
  CHECK(*polite.open(limits)->read() == "still here");
}

TEST_CASE("an upgrade that is refused") {
  TcpServer server([](int socket, int) {
    (void)TcpServer::read_head(socket);
    (void)TcpServer::send(socket, "HTTP/1.1 403 Forbidden\r\nContent-Length: 3\r\n\r\nno\n");
    TcpServer::wait_for_end(socket);  // kept open: what there is must do
  });
  HttpClient client({});
  HttpRequest request;
  request.url = *parse_url(server.url());
  const auto opened = WebSocket::open(client, request, {});
  REQUIRE(opened.ok());
  CHECK(!opened->socket);
  CHECK(opened->refusal.status == 403);
  CHECK(opened->refusal.body == "no\n");
}

TEST_CASE("an upgrade that is never answered, or by somebody else") {
  HttpLimits limits;
  limits.answer_timeout_ms = 50;
  HttpRequest request;
  {
    TcpServer server([](int socket, int) { TcpServer::wait_for_end(socket); });
    HttpClient client({});
    request.url = *parse_url(server.url());
    CHECK(WebSocket::open(client, request, limits).error().code == ErrorCode::kTimeout);
  }
  TcpServer server([](int socket, int) {
    (void)TcpServer::read_head(socket);
    (void)TcpServer::send(socket,
                          "HTTP/1.1 101 Switching Protocols\r\nSec-WebSocket-Accept: x\r\n\r\n");
  });
  HttpClient client({});
  request.url = *parse_url(server.url());
  CHECK(WebSocket::open(client, request, {}).error().code == ErrorCode::kUnavailable);
}

TEST_CASE("what waits for a message can be stopped") {
  std::atomic<bool> stop{false};
  WebSocketLimits limits;
  limits.stop = &stop;
  Upgrading server([](int) {});
  const auto socket = server.open(limits);
  std::thread stops([&] { stop = true; });
  CHECK(socket->read().error().code == ErrorCode::kCancelled);
  stops.join();
}

TEST_SUITE_END();

}  // namespace logsvc::net
