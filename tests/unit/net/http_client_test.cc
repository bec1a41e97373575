#include "net/http_client.h"

#include <doctest/doctest.h>
#include <zlib.h>

#include <mutex>
#include <vector>

#include "tcp_server.h"

namespace logsvc::net {
namespace {

// A server that remembers the heads of requests and answers each with what a function says.
class Answering {
 public:
  explicit Answering(std::function<std::string(const std::string& head)> answer)
      : answer_(std::move(answer)), server_([this](int socket, int) {
          const std::string head = TcpServer::read_head(socket);
          {
            const std::lock_guard lock(mutex_);
            heads_.push_back(head);
          }
          (void)TcpServer::send(socket, answer_(head));
        }) {}
  std::string url() const { return server_.url(); }
  std::vector<std::string> heads() {
    const std::lock_guard lock(mutex_);
    return heads_;
  }

 private:
  const std::function<std::string(const std::string&)> answer_;
  std::mutex mutex_;
  std::vector<std::string> heads_;
  TcpServer server_;
};

std::string ok(const std::string& body) {
  return "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(body.size()) +
         "\r\nConnection: close\r\n\r\n" + body;
}
std::string moved_to(const std::string& location, const std::string& status = "307 Moved") {
  return "HTTP/1.1 " + status + "\r\nLocation: " + location +
         "\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
}

HttpRequest with_secrets(const std::string& url) {
  HttpRequest request;
  request.url = *parse_url(url);
  request.headers = {{"Accept", "text/x"}};
  request.private_headers = {{"Authorization", "Basic c2VjcmV0"},
                             {"X-Scope-OrgID", "secret"},
                             {"Cookie", "a=secret"},
                             {"X-Api-Key", "secret"}};
  return request;
}

bool carries_secrets(const std::string& head) {
  const bool any =
      head.find("c2VjcmV0") != std::string::npos || head.find("secret") != std::string::npos;
  const bool all = head.find("Authorization: ") != std::string::npos &&
                   head.find("X-Scope-OrgID: ") != std::string::npos &&
                   head.find("Cookie: ") != std::string::npos &&
                   head.find("X-Api-Key: ") != std::string::npos;
  CHECK(any == all);
  return any;
}

}  // namespace

TEST_SUITE_BEGIN("net");

TEST_CASE("who we are stays with a server that redirects to itself") {
  Answering server([](const std::string& head) {
    return head.starts_with("GET /there ") ? ok("here") : moved_to("/there");
  });
  HttpClient client({});
  const auto answer = client.send(with_secrets(server.url() + "/"), {});
  REQUIRE(answer.ok());
  CHECK(answer->body == "here");
  REQUIRE(server.heads().size() == 2);
  for (const std::string& head : server.heads()) {
    CHECK(carries_secrets(head));
    CHECK(head.find("Accept: text/x\r\n") != std::string::npos);
  }
}

TEST_CASE("who we are goes to no other port, nor back again") {
  std::string home;
  Answering stranger([&](const std::string& head) {
    return head.starts_with("GET /back ") ? moved_to(home + "/chosen") : ok("stranger");
  });
  Answering server([&](const std::string& head) {
    if (head.starts_with("GET /chosen ")) return ok("chosen");
    return moved_to(stranger.url() + (head.starts_with("GET /twice ") ? "/back" : "/"));
  });
  home = server.url();
  HttpClient client({});
  CHECK(client.send(with_secrets(server.url() + "/"), {})->body == "stranger");
  REQUIRE(stranger.heads().size() == 1);
  CHECK(!carries_secrets(stranger.heads()[0]));
  CHECK(stranger.heads()[0].find("Accept: text/x\r\n") != std::string::npos);

  CHECK(client.send(with_secrets(server.url() + "/twice"), {})->body == "chosen");
  REQUIRE(server.heads().size() == 3);
  CHECK(carries_secrets(server.heads()[1]));
  CHECK(!carries_secrets(server.heads()[2]));
  // The next request is a new one.
  CHECK(client.send(with_secrets(server.url() + "/chosen"), {})->body == "chosen");
  CHECK(carries_secrets(server.heads()[3]));
}

TEST_CASE("redirections have an end") {
  Answering server([](const std::string&) { return moved_to("/again", "302 Found"); });
  HttpClient client({});
  const auto answer = client.send(with_secrets(server.url() + "/"), {});
  REQUIRE(answer.ok());
  CHECK(answer->status == 302);
  CHECK(answer->location == "/again");
  CHECK(server.heads().size() == kMaxRedirections + 1);

  RouteConfig none;
  none.follow_redirects = false;
  HttpClient stays(none);
  CHECK(stays.send(with_secrets(server.url() + "/"), {})->status == 302);
  CHECK(server.heads().size() == kMaxRedirections + 2);
}

TEST_CASE("what is the server's alone follows to its TLS port and nowhere else") {
  const auto stays = [](const char* from, const char* to) {
    return stays_home(*parse_url(from), *parse_url(to));
  };
  CHECK(stays("http://loki/a", "http://LOKI:80/b"));
  CHECK(stays("http://loki/a", "https://loki/a"));
  CHECK(!stays("https://loki/a", "http://loki/a"));
  CHECK(!stays("http://loki:3100/a", "https://loki/a"));
  CHECK(!stays("http://loki/a", "https://loki:8443/a"));
  CHECK(!stays("http://loki/a", "https://evil.loki/a"));
}

TEST_CASE("what a redirection may do to a request") {
  CHECK(is_redirection(303, "GET"));
  CHECK(!is_redirection(303, "POST"));
  CHECK(is_redirection(308, "POST"));
  CHECK(!is_redirection(304, "GET"));
  CHECK(!is_redirection(300, "GET"));
  Answering server([](const std::string&) { return moved_to("ftp://elsewhere/"); });
  HttpClient client({});
  CHECK(client.send(with_secrets(server.url() + "/"), {}).error().code == ErrorCode::kInvalid);
}

TEST_CASE("no header begins a line of its own") {
  const std::string head = request_head("GET", "/", "h", {{"A\r\nB", "c\r\nD: e\nF: g"}});
  CHECK(head == "GET / HTTP/1.1\r\nHost: h\r\nAB: cD: eF: g\r\n\r\n");
}

TEST_CASE("a server that takes the request and says nothing") {
  TcpServer server([](int socket, int) { TcpServer::wait_for_end(socket); });
  HttpClient client({});
  HttpLimits limits;
  limits.answer_timeout_ms = 50;
  HttpRequest request;
  request.url = *parse_url(server.url());
  CHECK(client.send(request, limits).error().code == ErrorCode::kTimeout);
}

TEST_CASE("a head that never ends") {
  // Byte by byte, each within the time-out; and as fast as it goes.
  for (const bool slowly : {true, false}) {
    CAPTURE(slowly);
    TcpServer server([slowly](int socket, int) {
      (void)TcpServer::read_head(socket);
      (void)TcpServer::send(socket, "HTTP/1.1 200 OK\r\n");
      while (TcpServer::send(socket, "A: b\r\n")) {
        if (slowly) std::this_thread::sleep_for(std::chrono::milliseconds(10));
      }
    });
    HttpClient client({});
    HttpLimits limits;
    limits.answer_timeout_ms = slowly ? 100 : 60'000;
    HttpRequest request;
    request.url = *parse_url(server.url());
    const auto answer = client.send(request, limits);
    REQUIRE(!answer.ok());
    CHECK(answer.error().code == (slowly ? ErrorCode::kTimeout : ErrorCode::kUnavailable));
  }
}

TEST_CASE("a body has a limit, packed or not") {
  const std::string text(3u << 20, 'x');
  std::string packed(64u << 10, '\0');
  z_stream z{};
  REQUIRE(::deflateInit2(&z, 9, Z_DEFLATED, 31, 9, Z_DEFAULT_STRATEGY) == Z_OK);
  z.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  z.avail_in = static_cast<uInt>(text.size());
  z.next_out = reinterpret_cast<Bytef*>(packed.data());
  z.avail_out = static_cast<uInt>(packed.size());
  REQUIRE(::deflate(&z, Z_FINISH) == Z_STREAM_END);
  packed.resize(packed.size() - z.avail_out);
  ::deflateEnd(&z);
  Answering server([&](const std::string& head) {
    if (head.starts_with("GET /plain ")) return ok(text);
    const std::string body =
        head.starts_with("GET /cut ") ? packed.substr(0, packed.size() / 2) : packed;
    return "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n" + ok(body).substr(17);
  });
  HttpClient client({});
  HttpLimits enough;
  enough.max_body_bytes = text.size();
  const auto get = [&](const std::string& path, const HttpLimits& limits) {
    HttpRequest request;
    request.url = *parse_url(server.url() + path);
    return client.send(request, limits);
  };
  CHECK(get("/packed", enough)->body == text);
  CHECK(get("/plain", enough)->body == text);
  CHECK(get("/packed", {}).error().code == ErrorCode::kUnavailable);
  CHECK(get("/plain", {}).error().code == ErrorCode::kUnavailable);
  CHECK(get("/cut", enough).error().code == ErrorCode::kUnavailable);
}

TEST_CASE("a body that never stops coming, a little at a time") {
  TcpServer server([](int socket, int) {
    (void)TcpServer::read_head(socket);
    (void)TcpServer::send(socket, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
    while (TcpServer::send(socket, "1\r\nx\r\n")) {
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
  });
  HttpClient client({});
  HttpRequest request;
  request.url = *parse_url(server.url());
  HttpLimits limits;
  limits.total_timeout_ms = 200;
  CHECK(client.send(request, limits).error().code == ErrorCode::kTimeout);
}

TEST_CASE("a connection that was kept and closed meanwhile") {
  std::atomic<int> connections{0};
  TcpServer server([&](int socket, int number) {
    connections = number + 1;
    (void)TcpServer::read_head(socket);
    (void)TcpServer::send(socket,
                          "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n" + std::to_string(number));
  });
  HttpClient client({});
  HttpRequest request;
  request.url = *parse_url(server.url());
  CHECK(client.send(request, {})->body == "0");
  CHECK(client.send(request, {})->body == "1");
  CHECK(connections == 2);
}

TEST_SUITE_END();

}  // namespace logsvc::net
