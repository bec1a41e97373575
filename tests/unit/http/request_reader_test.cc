#include "http/request_reader.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <vector>

namespace logsvc::http {
namespace {

const Limits kLimits;
using State = RequestReader::State;

struct Outcome {
  std::vector<Request> requests;
  State end = State::kIdle;
  int refusal = 0;
};

// Reads a connection's bytes in pieces of so many; bodies may have 100 bytes.
Outcome read(const std::string& bytes, size_t piece,
             std::shared_ptr<MemoryBudget> budget = nullptr) {
  RequestReader reader(kLimits, std::move(budget));
  Outcome out;
  for (size_t at = 0; at < bytes.size() && reader.state() != State::kRefused; at += piece) {
    reader.feed(std::string_view(bytes).substr(at, piece));
    while (reader.state() == State::kAdmitting || reader.state() == State::kWhole) {
      if (reader.state() == State::kAdmitting) {
        reader.admit(100);
      } else {
        out.requests.push_back(reader.take());
      }
    }
  }
  out.end = reader.state();
  if (out.end == State::kRefused) out.refusal = reader.refusal().status;
  return out;
}

Outcome read_any_way(const std::string& bytes) {
  const Outcome whole = read(bytes, bytes.size() + 1);
  for (const size_t piece : {size_t{1}, size_t{2}, size_t{3}, size_t{7}, size_t{50}}) {
    const Outcome other = read(bytes, piece);
    CHECK(other.requests.size() == whole.requests.size());
    CHECK(other.refusal == whole.refusal);
    for (size_t i = 0; i < std::min(other.requests.size(), whole.requests.size()); ++i) {
      CHECK(other.requests[i].body == whole.requests[i].body);
      CHECK(other.requests[i].path == whole.requests[i].path);
    }
  }
  return read(bytes, bytes.size() + 1);
}

std::string chunked(const std::string& chunks) {
  return "POST /p HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks;
}

const std::string kNext = "GET /next HTTP/1.1\r\nHost: x\r\n\r\n";

}  // namespace

TEST_SUITE_BEGIN("http");

TEST_CASE("requests one behind the other, with and without bodies, however they are cut") {
  const Outcome out =
      read_any_way("POST /a HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello" + kNext +
                   chunked("3\r\nabc\r\n00a;x=\"y\"\r\n0123456789\r\n0\r\nTrailer: t\r\n\r\n") +
                   "GET /g HTTP/1.1\r\nHost: x\r\nContent-Length: 32\r\n\r\nGET /no "
                   "HTTP/1.1\r\nHost: x\r\n\r\n..." +
                   kNext);
  REQUIRE(out.requests.size() == 5);
  CHECK(out.requests[0].body == "hello");
  CHECK(out.requests[2].body == "abc0123456789");
  CHECK(out.requests[3].path == "/g");  // its body is no request
  CHECK(out.requests[4].path == "/next");
  CHECK(out.end == State::kIdle);
}

TEST_CASE("chunks that are not plain end the connection") {
  for (const char* bad :
       {"3\nabc\r\n0\r\n\r\n", "3\r\nabc\n0\r\n\r\n", "3\r\nabcd\r\n0\r\n\r\n", "g\r\n", "\r\n",
        "+3\r\nabc\r\n0\r\n\r\n", "0x3\r\nabc\r\n0\r\n\r\n", "-1\r\n", "3 x\r\nabc\r\n0\r\n\r\n",
        "123456789\r\n", "3\r\nabc\r\n0\r\nno field\r\n\r\n", "3\r\nabc\r\n0\r\n\n",
        "3\r\nabc\r\n0\r\nA : b\r\n\r\n", "3;\x01\r\nabc\r\n0\r\n\r\n"}) {
    CHECK_MESSAGE(read_any_way(chunked(bad) + kNext).refusal == 400, bad);
  }
  CHECK(read_any_way(chunked("3;" + std::string(1000, 'x') + "\r\n")).refusal == 400);
  CHECK(read_any_way(chunked("0\r\nT: " + std::string(10'000, 'x'))).refusal == 400);
  std::string extensions;
  for (int i = 0; i < 90; ++i) extensions += "1;" + std::string(200, 'e') + "\r\na\r\n";
  CHECK(read_any_way(chunked(extensions)).refusal == 400);
}

TEST_CASE("bodies over the limit are refused, chunked or not, before they have come") {
  CHECK(read_any_way("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 101\r\n\r\n").refusal == 413);
  CHECK(read_any_way(chunked("65\r\n")).refusal == 413);
  CHECK(read_any_way(chunked("32\r\n" + std::string(50, 'a') + "\r\n33\r\n")).refusal == 413);
  CHECK(read_any_way(chunked("ffffffff\r\n")).refusal == 413);
}

TEST_CASE("all bodies and long heads together are bounded, and what is done with is given back") {
  const auto budget = std::make_shared<MemoryBudget>(100'000);
  const std::string push =
      "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n" + std::string(100, 'a');
  std::vector<Request> held;
  for (int i = 0; i < 1000; ++i) {
    Outcome one = read(push, 10, budget);
    REQUIRE(one.requests.size() == 1);
    held.push_back(std::move(one.requests[0]));
  }
  CHECK(budget->held() == 100'000);
  CHECK(read(push, 10, budget).refusal == 503);
  CHECK(read("GET /?" + std::string(60'000, 'a'), 1000, budget).refusal == 503);
  held.clear();
  CHECK(budget->held() == 0);
  CHECK(read(push, 10, budget).requests.size() == 1);
  CHECK(budget->take_peak() == 100'000);
}

TEST_CASE("large requests leave room for small ones") {
  const auto budget = std::make_shared<MemoryBudget>(8u << 20);
  MemoryLease large(budget), small(budget);
  CHECK(large.grow(6u << 20));
  CHECK_FALSE(large.grow(1));
  CHECK(small.grow(1u << 20));
  CHECK_FALSE(small.grow(UINT64_MAX - 5));
}

TEST_SUITE_END();

}  // namespace logsvc::http
