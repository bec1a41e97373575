#include "http/http_server.h"

#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <list>
#include <stdexcept>
#include <thread>

#include "support/fake_clock.h"

namespace logsvc::http {
namespace {

using logsvc::testing::FakeClock;

const std::string kGet = "GET /x HTTP/1.1\r\nHost: x\r\n\r\n";

class Peer {
 public:
  explicit Peer(int port, const char* from = "127.0.0.1") {
    sockaddr_in own{}, other{};
    own.sin_family = other.sin_family = AF_INET;
    inet_pton(AF_INET, from, &own.sin_addr);
    other.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    other.sin_port = htons(static_cast<uint16_t>(port));
    REQUIRE(::bind(socket_, reinterpret_cast<sockaddr*>(&own), sizeof own) == 0);
    REQUIRE(::connect(socket_, reinterpret_cast<sockaddr*>(&other), sizeof other) == 0);
  }
  ~Peer() { ::close(socket_); }
  Peer(const Peer&) = delete;
  Peer& operator=(const Peer&) = delete;

  void send(const std::string& bytes) { ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL); }
  // What comes until the text is there, or the connection ends.
  std::string read_until(const std::string& text) {
    while (received_.find(text) == std::string::npos && receive(0)) {
    }
    const size_t end = received_.find(text);
    const size_t taken = end == std::string::npos ? received_.size() : end + text.size();
    std::string out = received_.substr(0, taken);
    received_.erase(0, taken);
    return out;
  }
  // Whether the server has ended the connection by now; keeps what came.
  bool ended() {
    while (receive(MSG_DONTWAIT)) {
    }
    return ended_;
  }

 private:
  bool receive(int flags) {
    std::array<char, 4096> buffer{};
    const ssize_t n = ::recv(socket_, buffer.data(), buffer.size(), flags);
    if (n > 0) received_.append(buffer.data(), static_cast<size_t>(n));
    ended_ |= n == 0 || (n < 0 && errno != EAGAIN && errno != EWOULDBLOCK);
    return n > 0;
  }
  const int socket_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  std::string received_;
  bool ended_ = false;
};

class Echo : public Handler {
 public:
  Admission admit(const Request& head) override {
    Admission out{1000, {}};
    if (head.path == "/refused") out.refusal.emplace().status = 403;
    return out;
  }
  void handle(Request& request, Response& response) override {
    if (request.path == "/throws") throw std::runtime_error("no");
    if (request.path == "/pieces" || request.path == "/breaks") {
      response.produce = [n = 0, breaks = request.path == "/breaks"](std::string& piece) mutable {
        if (++n < 3) piece = "piece";
        return n < 3 || !breaks;
      };
      return;
    }
    if (request.path == "/static") {
      response.static_body = "for ever";
      response.set_header("Content-Type", "text/html");
      return;
    }
    response.set_body(request.method + " " + request.path + " " + request.body, "text/plain");
  }
};

struct World {
  explicit World(HttpServerOptions options = {})
      : server((options.host = "127.0.0.1", std::move(options)), echo, clock, metrics,
               diagnostics) {
    REQUIRE(server.start().ok());
  }
  // The clock goes on until the server has ended the connection.
  void advance_until_ended(Peer& peer, Duration step) {
    while (!peer.ended()) {
      clock.advance(step);
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
  }

  FakeClock clock;
  Metrics metrics;
  Diagnostics diagnostics{clock, LogLevel::kError};
  Echo echo;
  HttpServer server;
};

}  // namespace

TEST_SUITE_BEGIN("http");

TEST_CASE("requests of a connection are answered in turn, and refusals end it") {
  World w;
  Peer peer(w.server.port());
  peer.send(kGet + "POST /p HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\nbody" + kGet);
  CHECK(peer.read_until("GET /x ").starts_with("HTTP/1.1 200 OK\r\n"));
  CHECK(peer.read_until("POST /p body").find("Keep-Alive: timeout=75") != std::string::npos);
  peer.read_until("GET /x ");
  peer.send("GET /throws HTTP/1.1\r\nHost: x\r\n\r\n");
  CHECK(peer.read_until("internal error").find(" 500 ") != std::string::npos);
  peer.send("GET /refused HTTP/1.1\r\nHost: x\r\n\r\n" + kGet);
  const std::string last = peer.read_until("never");
  CHECK(last.find(" 403 ") != std::string::npos);
  CHECK(last.find(" 200 ") == std::string::npos);
  Peer large(w.server.port());
  large.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1001\r\n\r\n");
  CHECK(large.read_until("never").find(" 413 ") != std::string::npos);
}

TEST_CASE("answers made while they are sent, in chunks; one that breaks does not look whole") {
  World w;
  Peer peer(w.server.port());
  peer.send("GET /pieces HTTP/1.1\r\nHost: x\r\n\r\n");
  const std::string whole = peer.read_until("0\r\n\r\n");
  CHECK(whole.find("Transfer-Encoding: chunked\r\n") != std::string::npos);
  CHECK(whole.ends_with("\r\n\r\n5\r\npiece\r\n5\r\npiece\r\n0\r\n\r\n"));
  peer.send("GET /static HTTP/1.1\r\nHost: x\r\n\r\n");
  const std::string fixed = peer.read_until("for ever");
  CHECK(fixed.find("Content-Length: 8\r\n") != std::string::npos);
  CHECK(fixed.find("Content-Type: text/html\r\n") != std::string::npos);
  peer.send("HEAD /static HTTP/1.1\r\nHost: x\r\n\r\n" + kGet);
  CHECK(peer.read_until("GET /x ").find("for ever") == std::string::npos);
  peer.send("GET /breaks HTTP/1.1\r\nHost: x\r\n\r\n");
  CHECK(peer.read_until("0\r\n\r\n").find("0\r\n\r\n") == std::string::npos);
  Peer old(w.server.port());
  old.send("GET /pieces HTTP/1.0\r\n\r\n");
  CHECK(old.read_until("never").ends_with("\r\n\r\npiecepiece"));
}

TEST_CASE("peers that wait hold no thread") {
  HttpServerOptions options;
  options.max_threads = 1;
  World w(std::move(options));
  std::list<Peer> crowd;
  for (int i = 0; i < 50; ++i) {
    crowd.emplace_back(w.server.port()).send(i % 2 ? "GET / HTTP/1.1\r\nHo" : "");
    crowd.emplace_back(w.server.port())
        .send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nabc");
  }
  Peer peer(w.server.port());
  peer.send(kGet);
  CHECK(peer.read_until("GET /x ").starts_with("HTTP/1.1 200"));
  crowd.back().send("defghij");
  CHECK(crowd.back().read_until("abcdefghij").starts_with("HTTP/1.1 200"));
}

TEST_CASE("a slow head, a slow body and an idle connection end") {
  World w;
  Peer head(w.server.port()), body(w.server.port()), idle(w.server.port());
  head.send("GET / HTTP/1.1\r\n");
  body.send("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nabc");
  w.advance_until_ended(head, 5 * kSecond);
  w.advance_until_ended(body, 5 * kSecond);
  w.advance_until_ended(idle, 5 * kSecond);
  CHECK(head.read_until("never").find(" 408 ") != std::string::npos);
  CHECK(body.read_until("never").find(" 408 ") != std::string::npos);
  CHECK(idle.read_until("never").empty());
  CHECK(w.metrics.text().find("logsvc_http_refused_total{reason=\"too_slow\"} 2") !=
        std::string::npos);
}

TEST_CASE("of too many connections the oldest that waits ends, of its own address first") {
  HttpServerOptions options;
  options.max_connections = 8;
  World w(std::move(options));
  std::list<Peer> peers;
  // A connection that is with a thread cannot make room; then the new one is closed, and tries
  // again.
  const auto serve = [&](const char* from) -> Peer& {
    while (true) {
      Peer& peer = peers.emplace_back(w.server.port(), from);
      peer.send(kGet);
      if (peer.read_until("GET /x ").starts_with("HTTP/1.1 200")) return peer;
      peers.pop_back();
    }
  };
  Peer& other = serve("127.0.0.2");
  Peer& first = serve("127.0.0.3");
  while (!first.ended()) serve("127.0.0.3");
  for (int i = 0; i < 20; ++i) serve("127.0.0.3");
  CHECK_FALSE(other.ended());
  for (const char* from : {"127.0.0.4", "127.0.0.5", "127.0.0.6", "127.0.0.7", "127.0.0.8"}) {
    serve(from);
  }
  while (!other.ended()) serve("127.0.0.9");
  CHECK(w.metrics.text().find("logsvc_http_refused_total{reason=\"too_many_connections\"} 0") ==
        std::string::npos);
}

TEST_SUITE_END();

}  // namespace logsvc::http
