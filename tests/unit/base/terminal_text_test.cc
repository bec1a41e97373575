#include "base/terminal_text.h"

#include <doctest/doctest.h>

namespace logsvc {

TEST_SUITE_BEGIN("base");

TEST_CASE("terminal text: what steers a terminal is shown, colours and letters pass") {
  CHECK(shown_on_terminal("a\tb\n") == "a\tb\n");
  CHECK(shown_on_terminal("\x1b[1;31mred\x1b[0m") == "\x1b[1;31mred\x1b[0m");
  CHECK(shown_on_terminal("a\x1b[2Jb") == "a\xE2\x90\x9B[2Jb");
  CHECK(shown_on_terminal("\x1b]0;owned\x07") == "\xE2\x90\x9B]0;owned\xE2\x90\x87");
  CHECK(shown_on_terminal("\x1b[31\x1b[2J\x1b") == "\xE2\x90\x9B[31\xE2\x90\x9B[2J\xE2\x90\x9B");
  CHECK(shown_on_terminal("a\rb\x08\x7f") ==
        "a\xE2\x90\x8D"
        "b\xE2\x90\x88\xE2\x90\xA1");
  CHECK(shown_on_terminal("\xC2\x9b"
                          "2J") == "\\u009b2J");
  CHECK(shown_on_terminal("\x9b"
                          "2J") == "\\x9b2J");
  CHECK(shown_on_terminal("x\xE2\x80\xAE"
                          "evil") == "x\\u202eevil");
  CHECK(shown_on_terminal("안녕 \xF0\x9F\x98\x80") == "안녕 \xF0\x9F\x98\x80");
  CHECK(shown_on_terminal("\xE2\x80") == "\\xe2\\x80");
  CHECK(shown_on_terminal("\x1b[" + std::string(100, '1') + "m").starts_with("\xE2\x90\x9B[111"));
}

TEST_CASE("terminal text: pieces cut anywhere give what the whole gives") {
  const std::string text =
      "a\x1b[1;31mb\x1b[0m안\xC2\x9b\x1b]0;t\x07\xE2\x80\xAE\xF0\x9F\x98\x80\x9b\xE2\x80z\x1b[" +
      std::string(40, '7') + "m\x1b";
  const std::string whole = shown_on_terminal(text);
  for (size_t piece = 1; piece <= text.size(); ++piece) {
    TerminalText filter;
    std::string out;
    for (size_t at = 0; at < text.size(); at += piece) filter.append(text.substr(at, piece), out);
    filter.finish(out);
    CHECK(out == whole);
  }
}

TEST_SUITE_END();

}  // namespace logsvc
