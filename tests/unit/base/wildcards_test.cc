#include "base/wildcards.h"

#include <doctest/doctest.h>

namespace logsvc {

TEST_SUITE_BEGIN("base");

TEST_CASE("wildcards: * and ? anywhere") {
  CHECK(matches_wildcards("", ""));
  CHECK(matches_wildcards("abc", "a*c"));
  CHECK(matches_wildcards("abcabc", "*bc"));
  CHECK(matches_wildcards("abc", "???"));
  CHECK(matches_wildcards("", "**"));
  CHECK(!matches_wildcards("abc", "ab"));
  CHECK(!matches_wildcards("ab", "abc"));
  CHECK(!matches_wildcards("abcd", "a*c"));
}

TEST_SUITE_END();

}  // namespace logsvc
