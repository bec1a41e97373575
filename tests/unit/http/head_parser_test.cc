#include "http/head_parser.h"

#include <doctest/doctest.h>

namespace logsvc::http {
namespace {

const Limits kLimits;

// The status of the refusal, or 200. Given a byte at a time it must be the same.
int status_of(const std::string& head) {
  HeadParser whole(kLimits);
  const auto at_once = whole.advance(head);
  HeadParser slow(kLimits);
  auto state = HeadParser::State::kMore;
  for (size_t n = 1; n <= head.size() && state == HeadParser::State::kMore; ++n) {
    state = slow.advance(std::string_view(head).substr(0, n));
  }
  CHECK(static_cast<int>(state) == static_cast<int>(at_once));
  if (at_once == HeadParser::State::kMore) return 0;
  if (at_once == HeadParser::State::kDone) return 200;
  CHECK(slow.refusal().status == whole.refusal().status);
  return whole.refusal().status;
}

std::string get(const std::string& headers) {
  return "GET / HTTP/1.1\r\nHost: x\r\n" + headers + "\r\n";
}

}  // namespace

TEST_SUITE_BEGIN("http");

TEST_CASE("a head is read: method, target, path, fields and what follows") {
  HeadParser parser(kLimits);
  const std::string head =
      "POST /loki/api/v1/label/a%20b/values?q=%7Ba%7D HTTP/1.1\r\nHost: logs.example:3100\r\n"
      "content-LENGTH: 12\r\nX:  two words\t \r\nExpect: 100-continue\r\nConnection: a, "
      "Close\r\n\r\n";
  REQUIRE(parser.advance(head + "body") == HeadParser::State::kDone);
  CHECK(parser.size() == head.size());
  const Request& request = parser.request();
  CHECK(request.method == "POST");
  CHECK(request.path == "/loki/api/v1/label/a b/values");
  CHECK(request.query() == "q=%7Ba%7D");
  CHECK(request.header("x") == "two words");
  CHECK(parser.framing().content_length == 12);
  CHECK(parser.framing().expects_continue);
  CHECK_FALSE(parser.framing().keep_alive);
}

TEST_CASE("what could be read in two ways is refused") {
  CHECK(status_of(get("")) == 200);
  CHECK(status_of("\r\n" + get("")) == 200);  // some clients end a body so
  CHECK(status_of("\r\n\r\n") == 400);
  CHECK(status_of("GET /ready\r\n\r\n") == 400);
  CHECK(status_of("GET / HTTP/1.1\nHost: x\r\n\r\n") == 400);
  CHECK(status_of(get("Foo: bar\nContent-Encoding: br\r\n")) == 400);
  CHECK(status_of(get("Foo: a\rb\r\n")) == 400);
  CHECK(status_of(get(std::string("Foo: a\0b\r\n", 10))) == 400);
  CHECK(status_of(get("Foo: a\r\n b\r\n")) == 400);
  CHECK(status_of(get("Foo : a\r\n")) == 400);
  CHECK(status_of(get("Foo\r\n")) == 400);
  CHECK(status_of(get(": a\r\n")) == 400);
  CHECK(status_of("GET  / HTTP/1.1\r\nHost: x\r\n\r\n") == 400);
  CHECK(status_of("GET / x HTTP/1.1\r\nHost: x\r\n\r\n") == 400);
  CHECK(status_of("GET / HTTP/1.1 \r\nHost: x\r\n\r\n") == 400);
  CHECK(status_of("GET / http/1.1\r\nHost: x\r\n\r\n") == 400);
  CHECK(status_of("GET / HTTP/2.0\r\nHost: x\r\n\r\n") == 505);
  CHECK(status_of("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n") == 400);
  CHECK(status_of("BREW / HTTP/1.1\r\nHost: x\r\n\r\n") == 501);
  CHECK(status_of("G\"T / HTTP/1.1\r\nHost: x\r\n\r\n") == 400);
}

TEST_CASE("targets and hosts") {
  const auto target = [](const std::string& text) {
    return status_of("GET " + text + " HTTP/1.1\r\nHost: x\r\n\r\n");
  };
  CHECK(target("/a?query={a=\"b\"}|~`c\\d`") == 200);  // as curl -g sends it
  CHECK(target("/?q=\xed\x95\x9c") == 200);
  CHECK(target("http://x/a") == 200);
  CHECK(target("http://y/a") == 400);
  CHECK(target("a") == 400);
  CHECK(target("*") == 400);
  CHECK(target("/a#b") == 400);
  CHECK(target("/a\x7f") == 400);
  CHECK(target("/%zz") == 400);
  CHECK(target("/%00") == 400);
  CHECK(target("/%4") == 400);
  CHECK(target("/" + std::string(kLimits.max_path_bytes, 'a')) == 414);
  CHECK(target("/?" + std::string(kLimits.max_query_bytes, 'a')) == 200);
  CHECK(target("/?" + std::string(kLimits.max_query_bytes + 1, 'a')) == 414);
  CHECK(status_of("GET /" + std::string(10'000, 'a')) == 414);  // before its end has come
  CHECK(status_of(std::string(100, 'A')) == 400);
  const auto host = [](const std::string& lines) {
    return status_of("GET / HTTP/1.1\r\n" + lines + "\r\n");
  };
  CHECK(host("") == 400);
  CHECK(host("Host: x\r\nHost: x\r\n") == 400);
  for (const char* good : {"x", "x:3100", "a-b.c_d:1", "[::1]:3100", "[fe80::1]", "127.0.0.1:"}) {
    CHECK(host("Host: " + std::string(good) + "\r\n") == 200);
  }
  for (const char* bad : {"", "a b", "a/b", "x:y", "x:123456", "[::1", "u@x", "[]", "x:1:2"}) {
    CHECK(host("Host: " + std::string(bad) + "\r\n") == 400);
  }
  CHECK(status_of("GET / HTTP/1.0\r\n\r\n") == 200);
}

TEST_CASE("how long a body is, is said once and plainly") {
  for (const char* bad :
       {"Content-Length: abc\r\n", "Content-Length: 0, 5\r\n", "Content-Length: +5\r\n",
        "Content-Length: -1\r\n", "Content-Length:\r\n", "Content-Length: 0x5\r\n",
        "Content-Length: 9999999999999999999\r\n", "Content-Length: 5\r\nContent-Length: 5\r\n",
        "Content-Length: 5\r\nContent-Length: 6\r\n",
        "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
        "Transfer-Encoding: gzip, chunked\r\n", "Transfer-Encoding: %63hunked\r\n",
        "Transfer-Encoding: chunked, identity\r\n",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n", "Transfer-Encoding:\r\n",
        "Transfer-Encoding: xchunked\r\n"}) {
    CHECK_MESSAGE(status_of(get(bad)) == 400, bad);
  }
  CHECK(status_of(get("Transfer-Encoding: Chunked\r\n")) == 200);
  CHECK(status_of("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n") == 400);
  CHECK(status_of(get("Expect: 200-maybe\r\n")) == 417);
}

TEST_CASE("fields have limits: each, all together, and their number") {
  CHECK(status_of(get("X: " + std::string(10'000, 'a') + "\r\n")) == 200);
  CHECK(status_of(get("X: " + std::string(kLimits.max_header_bytes, 'a') + "\r\n")) == 431);
  CHECK(status_of("GET / HTTP/1.1\r\nX: " + std::string(20'000, 'a')) == 431);
  std::string many;
  for (size_t i = 0; i + 1 < kLimits.max_headers; ++i) many += "A: b\r\n";
  CHECK(status_of(get(many)) == 200);
  CHECK(status_of(get(many + "A: b\r\n")) == 431);
  std::string large;
  for (int i = 0; i < 8; ++i) large += "A: " + std::string(10'000, 'b') + "\r\n";
  CHECK(status_of(get(large)) == 431);
}

TEST_SUITE_END();

}  // namespace logsvc::http
