#include "base/any_case.h"

#include <doctest/doctest.h>

#include <random>
#include <string>

namespace logsvc {

TEST_SUITE_BEGIN("base");

TEST_CASE("ASCII letters are found in either case, other bytes only as they are") {
  CHECK(find_any_case("an Error", "error") == 3);
  CHECK(find_any_case("an Error", "errors") == std::string_view::npos);
  CHECK(find_any_case("", "") == 0);
  CHECK(find_any_case("[", "{") == std::string_view::npos);
  CHECK(find_any_case("@", "`") == std::string_view::npos);
  CHECK(find_any_case("\xC3\x84", "\xC3\xA4") == std::string_view::npos);
  CHECK(equals_any_case("AZaz09", "azaz09"));
  CHECK_FALSE(equals_any_case("ab", "abc"));
}

TEST_CASE("searching in either case finds the first place, wherever pieces meet") {
  std::mt19937 random(5);
  for (const size_t size : {4095, 4096, 4097, 8190, 12000}) {
    for (const size_t length : {1, 2, 7, 2000, 3000}) {
      std::string text(size, '.'), needle(length, 'x');
      needle[length / 2] = 'y';
      for (int i = 0; i < 20; ++i) {
        std::string with = text;
        const size_t at = random() % (size - length + 1);
        for (size_t k = 0; k < length; ++k)
          with[at + k] = random() % 2 ? needle[k] : ascii_upper(needle[k]);
        REQUIRE(find_any_case(with, needle) == at);
        with[at + random() % length] = 'z';
        REQUIRE(find_any_case(with, needle) == std::string_view::npos);
      }
    }
  }
}

TEST_SUITE_END();

}  // namespace logsvc
