#include "base/utf8.h"

#include <doctest/doctest.h>

#include "base/unicode_escape.h"

namespace logsvc {

TEST_SUITE_BEGIN("base");

TEST_CASE("UTF-8: a bad byte is found at any place of a text of any length") {
  for (const size_t size : {1, 7, 8, 9, 16, 23, 40}) {
    const std::string plain(size, 'x');
    CHECK(is_utf8(plain));
    for (size_t at = 0; at < size; ++at) {
      std::string text = plain;
      text[at] = '\xFF';
      CHECK_FALSE(is_utf8(text));
      CHECK_FALSE(is_utf8(plain.substr(0, at) + "\xED\x95"));
      CHECK(is_utf8(plain.substr(0, at) + "\xED\x95\x9C" + plain.substr(at)));
    }
  }
  CHECK(is_utf8(""));
  CHECK_FALSE(is_utf8("\xC0\x80"));          // overlong
  CHECK_FALSE(is_utf8("\xED\xA0\x80"));      // a surrogate
  CHECK_FALSE(is_utf8("\xF4\x90\x80\x80"));  // beyond Unicode
}

TEST_CASE("\\uXXXX: characters, pairs, and halves of pairs") {
  const auto is = [](std::string_view text, size_t length, uint32_t rune, bool half) {
    const UnicodeEscape e = read_unicode_escape(text);
    return e.length == length && e.rune == rune && e.half == half;
  };
  CHECK(is(R"(\u00e9x)", 6, 0xE9, false));
  CHECK(is(R"(\uFfFd)", 6, 0xFFFD, false));
  CHECK(is(R"(\ud83d\ude00 x)", 12, 0x1F600, false));
  CHECK(is(R"(\ud83d)", 6, 0xFFFD, true));
  CHECK(is(R"(\ud83d\u0041)", 6, 0xFFFD, true));
  CHECK(is(R"(\ud83d\ud83d)", 6, 0xFFFD, true));
  CHECK(is(R"(\ude00\ud83d)", 6, 0xFFFD, true));
  for (const char* none : {"", "\\", "\\u", "\\u12", "\\u12g4", "u0041", "\\x0041", "\\u-123"}) {
    CHECK(read_unicode_escape(none).length == 0);
  }
}

TEST_SUITE_END();

}  // namespace logsvc
