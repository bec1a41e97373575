#include "insight/error_book.h"

#include <doctest/doctest.h>

#include "base/utf8.h"
#include "insight/message.h"

namespace logsvc::insight {

TEST_SUITE_BEGIN("insight");

TEST_CASE("message: the member that loggers use, else the line") {
  CHECK(message_of(R"({"level":"error","message":"Payment failed","userId":"u1"})") ==
        "Payment failed");
  CHECK(message_of(R"({"msg":"boom","error":"x"})") == "boom");
  CHECK(message_of(R"({"error":"no message here"})") == "no message here");
  CHECK(message_of("  \x1b[31mERROR\x1b[0m it broke\n    at f (a.js:1:2)") == "ERROR it broke");
  CHECK(message_of("{\"broken\": ") == "{\"broken\":");
  CHECK(message_of("") == "");
}

TEST_CASE("message: long and broken ones stay valid text") {
  std::string korean;
  while (korean.size() < 2000) korean += "결제";
  const std::string cut = message_of(korean);
  CHECK(cut.size() <= 500);
  CHECK(is_utf8(cut));
  CHECK(is_utf8(message_of("bad \xff\xfe bytes")));
}

TEST_CASE("mask: what varies goes, what says something stays") {
  CHECK(mask_message("User user_id_7 failed after 31 ms") ==
        "User user_id_<n> failed after <n> ms");
  CHECK(mask_message("took 1,204.5 ms") == "took <n> ms");
  CHECK(mask_message("request 6f1e2d3c-aaaa-bbbb-cccc-0123456789ab died") == "request <id> died");
  CHECK(mask_message("trace deadbeef01234567") == "trace <id>");
  CHECK(mask_message("no column \"seat\" in 'seats'") == "no column <text> in <text>");
  CHECK(mask_message("can't connect, won't retry") == "can't connect, won't retry");
  CHECK(mask_message("connect ECONNREFUSED 10.0.0.1:5432") == "connect ECONNREFUSED <n>:<n>");
  CHECK(mask_message("결제 실패: 주문 1234") == "결제 실패: 주문 <n>");
  CHECK(mask_message("") == "");
}

TEST_CASE("error book: the same fault once, with first, last and services") {
  ErrorBook book;
  CHECK(book.add("api", kError, 100, "user 1 failed"));
  CHECK_FALSE(book.add("ticket", kFatal, 300, "user 2 failed"));
  CHECK_FALSE(book.add("api", kError, 50, "user 3 failed"));
  CHECK(book.add("api", kError, 200, "disk full"));
  const auto faults = book.newest();
  REQUIRE(faults.size() == 2);
  CHECK(faults[0]->masked == "disk full");
  CHECK(faults[1]->sample == "user 1 failed");
  CHECK(faults[1]->services == std::set<std::string>{"api", "ticket"});
  CHECK(faults[1]->count == 3);
  CHECK(faults[1]->first == 50);
  CHECK(faults[1]->last == 300);
  CHECK(faults[1]->level == kFatal);
}

TEST_CASE("error book: bounded; the one unseen for longest goes; old ones are forgotten") {
  ErrorBook book(3);
  book.add("s", kError, 10, "a");
  book.add("s", kError, 20, "b");
  book.add("s", kError, 30, "c");
  book.add("s", kError, 40, "a");
  book.add("s", kError, 50, "d");  // b goes
  CHECK(book.size() == 3);
  CHECK(book.add("s", kError, 60, "b"));
  book.forget_before(55);
  CHECK(book.size() == 1);
}

TEST_CASE("error book: saved and read again; damage is told and costs nothing else") {
  ErrorBook book, again;
  book.add("결제", kCritical, 100, "bad \"quote\" 7");
  REQUIRE(again.load(book.save()).ok());
  CHECK(again.save() == book.save());
  const std::string text = book.save();
  for (size_t cut = 0; cut < text.size() - 2; ++cut) {
    ErrorBook damaged;
    CHECK_FALSE(damaged.load(text.substr(0, cut)).ok());
    CHECK(damaged.size() == 0);
  }
  CHECK_FALSE(again.load(R"({"version":2,"faults":[]})").ok());
}

TEST_SUITE_END();

}  // namespace logsvc::insight
