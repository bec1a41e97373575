// HttpServer over TLS: what differs from plain sockets, and what must not.
#include <arpa/inet.h>
#include <doctest/doctest.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <chrono>
#include <list>
#include <thread>

#include "http/http_server.h"
#include "net/tls.h"
#include "support/certificates.h"
#include "support/fake_clock.h"
#include "support/temp_dir.h"

namespace logsvc::http {
namespace {

using logsvc::testing::FakeClock;
using logsvc::testing::TempDir;
using logsvc::testing::write_certificate;

constexpr net::WaitLimit kLimit{30'000};
const std::string kGet = "GET /x HTTP/1.1\r\nHost: x\r\n\r\n";

class Echo : public Handler {
 public:
  Admission admit(const Request&) override { return {16u << 20, {}}; }
  void handle(Request& request, Response& response) override {
    if (request.path == "/big") {
      response.set_body(std::string(8u << 20, 'b'), "text/plain");
    } else if (request.path == "/pieces") {
      response.produce = [n = 0](std::string& piece) mutable {
        if (++n < 300) piece = std::string(5000, static_cast<char>('a' + n % 26));
        return true;
      };
    } else {
      response.set_body(request.path + " " + std::to_string(request.body.size()) +
                            (request.secure ? " secure" : " plain") +
                            (request.has_certificate ? " by " + request.certificate_name : ""),
                        "text/plain");
    }
  }
  bool upgrade(std::unique_ptr<Stream>& stream, Request&, Response&) override {
    taken = std::move(stream);
    taken->write("taken");
    return true;
  }
  std::unique_ptr<Stream> taken;
};

struct World {
  explicit World(const std::string& client_ca = "") {
    files = write_certificate(dir.path(), "server");
    if (!client_ca.empty()) files.client_ca = client_ca;
    auto opened = TlsContext::open(files);
    REQUIRE(opened.ok());
    context = *opened;
    HttpServerOptions options;
    options.host = "127.0.0.1";
    options.tls = context;
    server = std::make_unique<HttpServer>(std::move(options), echo, clock, metrics, diagnostics);
    REQUIRE(server->start().ok());
  }
  std::unique_ptr<net::Connection> plain() const {
    auto out = net::Connection::to_tcp("127.0.0.1", server->port(), kLimit);
    REQUIRE(out.ok());
    return std::move(*out);
  }
  Result<std::unique_ptr<net::Connection>> secured(net::TlsClient::Options options = {}) const {
    if (options.ca_file.empty()) options.fingerprint = context->fingerprint();
    ASSIGN_OR_RETURN(auto client, net::TlsClient::make(options));
    return net::secure(plain(), client, "localhost", kLimit);
  }
  std::unique_ptr<net::Connection> connect() const {
    auto out = secured();
    REQUIRE(out.ok());
    return std::move(*out);
  }
  uint64_t failures() { return metrics.counter("logsvc_tls_handshake_failures_total", "").value(); }

  TempDir dir;
  TlsFiles files;
  std::shared_ptr<TlsContext> context;
  FakeClock clock;
  Metrics metrics;
  Diagnostics diagnostics{clock, LogLevel::kError};
  Echo echo;
  std::unique_ptr<HttpServer> server;
};

// What comes until the text is there, or the connection ends.
std::string read_until(net::Connection& from, const std::string& text, size_t step = 4096) {
  std::string out, piece(step, '\0');
  while (out.find(text) == std::string::npos) {
    const auto got = from.receive(piece.data(), piece.size());
    if (got.ok() && *got == 0) break;
    if (got.ok()) {
      out.append(piece, 0, *got);
    } else if (got.error().code != ErrorCode::kTimeout ||
               !net::wait_for(from.fd(), POLLIN, kLimit).ok()) {
      break;
    }
  }
  return out;
}

std::string ask(net::Connection& connection, const std::string& request, const std::string& until) {
  REQUIRE(connection.send(request, kLimit).ok());
  return read_until(connection, until);
}

}  // namespace

TEST_SUITE_BEGIN("http");

TEST_CASE("requests over TLS are answered as all are, in turn and over one connection") {
  World w;
  const auto peer = w.connect();
  CHECK(ask(*peer, kGet, "secure").starts_with("HTTP/1.1 200 OK\r\n"));
  const std::string both = ask(*peer, kGet + "GET /y HTTP/1.1\r\nHost: x\r\n\r\n", "/y 0 secure");
  CHECK(both.find("/x 0 secure") < both.find("/y 0 secure"));
  const std::string body(8u << 20, 'p');
  CHECK(ask(*peer,
            "POST /p HTTP/1.1\r\nHost: x\r\nContent-Length: " + std::to_string(body.size()) +
                "\r\n\r\n" + body,
            "/p 8388608 secure")
            .find(" 200 ") != std::string::npos);
  std::string one_by_one = "POST /q HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc";
  for (const char c : one_by_one) REQUIRE(peer->send({&c, 1}, kLimit).ok());
  CHECK(read_until(*peer, "/q 3 secure").find(" 200 ") != std::string::npos);
  CHECK(ask(*peer, "GET /x HTTP/1.1\r\n\r\n", "never").find(" 400 ") != std::string::npos);
  CHECK(w.failures() == 0);
}

TEST_CASE("a slow reader gets all of a long answer over TLS") {
  World w;
  const auto peer = w.connect();
  const int small = 128 * 1024;
  ::setsockopt(peer->fd(), SOL_SOCKET, SO_RCVBUF, &small, sizeof small);
  REQUIRE(peer->send("GET /big HTTP/1.1\r\nHost: x\r\n\r\n" + kGet, kLimit).ok());
  const std::string all = read_until(*peer, "/x 0 secure", 1000);
  const size_t begun = all.find("\r\n\r\n") + 4;
  CHECK(all.substr(begun, 8u << 20) == std::string(8u << 20, 'b'));
  CHECK(all.substr(begun + (8u << 20)).starts_with("HTTP/1.1 200 OK\r\n"));
  const std::string pieces = ask(*peer, "GET /pieces HTTP/1.1\r\nHost: x\r\n\r\n", "\r\n0\r\n\r\n");
  CHECK(pieces.size() > 299 * 5000);
}

TEST_CASE("plain HTTP at a TLS port is told so, and anything else ends") {
  World w;
  for (const char* request : {"GET / HTTP/1.1\r\n\r\n", "DELETE /x HTTP/1.0\r\n\r\n", "g"}) {
    const auto peer = w.plain();
    const std::string answer = ask(*peer, request, "never");
    CHECK(answer.starts_with("HTTP/1.1 400 Bad Request\r\n"));
    CHECK(answer.find("this port speaks https") != std::string::npos);
  }
  for (const std::string& garbage :
       {std::string(100, '\0'), std::string("\x80\x03\x01\x00\x02", 5), std::string("\n\n\n\n\n\n"),
        std::string("\x16\x03\x01\x40\x01\x01", 6) + std::string(20'000, 'x'),
        std::string("\x17\x03\x03\x00\x01x", 6), std::string("\x15\x03\x03\x00\x02\x02\x28", 7)}) {
    const auto peer = w.plain();
    (void)peer->send(garbage, kLimit);  // the server may have ended it by then
    CHECK(read_until(*peer, "never").find("HTTP") == std::string::npos);
  }
  CHECK(ask(*w.connect(), kGet, "secure").find(" 200 ") != std::string::npos);
  while (w.failures() < 8) std::this_thread::sleep_for(std::chrono::milliseconds(1));
}

TEST_CASE("a handshake that takes too long ends, however it drips") {
  World w;
  const auto silent = w.plain(), slow = w.plain(), gone = w.plain();
  const std::string hello("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", 11);
  std::string piece(16, '\0');
  const auto ended = [&](net::Connection& c) {
    const auto got = c.receive(piece.data(), piece.size());
    return (got.ok() && *got == 0) || (!got.ok() && got.error().code == ErrorCode::kUnavailable);
  };
  for (int second = 0; second < 19; ++second) {
    if (second < 11) REQUIRE(slow->send({&hello[second], 1}, kLimit).ok());
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
    w.clock.advance(kSecond);
  }
  // The time of a head is not over: both are still open, and others are served.
  CHECK(ask(*w.connect(), kGet, "secure").find(" 200 ") != std::string::npos);
  CHECK_FALSE(ended(*silent));
  CHECK_FALSE(ended(*slow));
  w.clock.advance(2 * kSecond);
  while (!ended(*silent) || !ended(*slow))
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  while (w.failures() < 3)
    std::this_thread::sleep_for(
        std::chrono::milliseconds(1));  // with the third, which sent nothing either
}

TEST_CASE("many half-open handshakes leave the server free for others") {
  World w;
  std::list<std::unique_ptr<net::Connection>> crowd;
  for (int i = 0; i < 300; ++i) {
    crowd.push_back(w.plain());
    if (i % 2) REQUIRE(crowd.back()->send(std::string("\x16\x03\x01\x02", 4), kLimit).ok());
  }
  CHECK(ask(*w.connect(), kGet, "secure").find(" 200 ") != std::string::npos);
}

TEST_CASE("a new certificate is for new handshakes; open connections go on") {
  World w;
  const auto before = w.connect();
  CHECK(ask(*before, kGet, "secure").find(" 200 ") != std::string::npos);
  const std::string old = w.context->fingerprint();
  CHECK_FALSE(w.context->load({w.files.certificate, w.files.certificate, ""}).ok());
  CHECK(w.context->fingerprint() == old);
  REQUIRE(w.context->load(write_certificate(w.dir.path(), "next")).ok());
  CHECK(w.context->fingerprint() != old);
  CHECK(ask(*before, kGet, "secure").find(" 200 ") != std::string::npos);
  CHECK(ask(*w.connect(), kGet, "secure").find(" 200 ") != std::string::npos);
  net::TlsClient::Options wrong;
  wrong.fingerprint = old;
  const auto client = net::TlsClient::make(wrong);
  REQUIRE(client.ok());
  const auto refused = net::secure(w.plain(), *client, "localhost", kLimit);
  REQUIRE_FALSE(refused.ok());
  CHECK(refused.error().message.find("has the fingerprint") != std::string::npos);
}

TEST_CASE("a client's certificate is asked for, not required, and must be of the authority") {
  TempDir dir;
  const TlsFiles agent = write_certificate(dir.path(), "agent"),
                 stranger = write_certificate(dir.path(), "stranger");
  World w(agent.certificate);
  CHECK(ask(*w.connect(), kGet, "secure").ends_with("/x 0 secure"));
  net::TlsClient::Options options;
  options.cert_file = stranger.certificate;
  options.key_file = stranger.key;
  // With TLS 1.3 the client learns of the refusal when it reads.
  if (const auto refused = w.secured(options); refused.ok()) {
    (void)(*refused)->send(kGet, kLimit);
    CHECK(read_until(**refused, "never").empty());
  }
  while (w.failures() == 0) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  CHECK(w.failures() == 1);
}

TEST_CASE("whoever takes the stream of an upgrade writes on over TLS") {
  World w;
  const auto peer = w.connect();
  REQUIRE(peer->send("GET /live HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: "
                     "Upgrade\r\n\r\n",
                     kLimit)
              .ok());
  CHECK(read_until(*peer, "taken") == "taken");
  REQUIRE(peer->send("hello", kLimit).ok());
  char text[16];
  Stream::Moved got{Stream::State::kWantsRead};
  while (got.state == Stream::State::kWantsRead) got = w.echo.taken->read(text, 2);
  CHECK(std::string(text, got.bytes) == "he");
  CHECK(w.echo.taken->holds_input());  // no event of the socket would tell of it
  got = w.echo.taken->read(text, sizeof text);
  CHECK(std::string(text, got.bytes) == "llo");
  CHECK_FALSE(w.echo.taken->holds_input());
  CHECK(w.echo.taken->end());
  CHECK(w.echo.taken->write("x").state == Stream::State::kEnded);
  CHECK(read_until(*peer, "never").empty());
}

TEST_SUITE_END();

}  // namespace logsvc::http
