// Tests regular expressions like Go's package regexp, from its documentation and tests.
#include "gotext/regex/go_regex.h"

#include <doctest/doctest.h>

namespace logsvc {
namespace {

std::string compile_error(std::string_view expression, GoRegex::Options options = {}) {
  const auto regex = GoRegex::compile(expression, options);
  return regex.ok() ? "compiles" : regex.error().message;
}

GoRegex regex(std::string_view expression) {
  auto out = GoRegex::compile(expression);
  REQUIRE(out.ok());
  return std::move(*out);
}

std::string replaced(std::string_view expression, std::string_view text,
                     std::string_view replacement) {
  return regex(expression).replace_all(text, replacement, false);
}

// Returns what FindAll gives: start-end for each match.
std::string places(std::string_view expression, std::string_view text) {
  std::string out;
  regex(expression).for_each_match(text, [&](const GoRegex::Groups& groups) {
    const auto start = static_cast<size_t>(groups[0].data() - text.data());
    out += std::to_string(start) + "-" + std::to_string(start + groups[0].size()) + " ";
    return true;
  });
  return out;
}

}  // namespace

TEST_SUITE("gotext") {
  TEST_CASE("regular expressions: errors in Go's words") {
    const std::pair<const char*, const char*> kErrors[] = {
        {"*", "missing argument to repetition operator: `*`"},
        {"+", "missing argument to repetition operator: `+`"},
        {"?", "missing argument to repetition operator: `?`"},
        {"(abc", "missing closing ): `(abc`"},
        {"abc)", "unexpected ): `abc)`"},
        {"x[a-z", "missing closing ]: `[a-z`"},
        {"[z-a]", "invalid character class range: `z-a`"},
        {"abc\\", "trailing backslash at end of expression"},
        {"a**", "invalid nested repetition operator: `**`"},
        {"a*+", "invalid nested repetition operator: `*+`"},
        {"\\x", "invalid escape sequence: `\\x`"},
        {"\\8", "invalid escape sequence: `\\8`"},
        {"\\C", "invalid escape sequence: `\\C`"},
        {"a{1001}", "invalid repeat count: `{1001}`"},
        {"a{2,1}", "invalid repeat count: `{2,1}`"},
        {"(?i)(?z)", "invalid or unsupported Perl syntax: `(?z`"},
        {"(?P<n", "invalid named capture: `(?P<n`"},
        {"(?P<n!>a)", "invalid named capture: `(?P<n!>`"},
        {"(?P<>a)", "invalid named capture: `(?P<>`"},
    };
    for (const auto& [expression, error] : kErrors) {
      const std::string shown_expression(expression);
      CAPTURE(shown_expression);
      CHECK(compile_error(expression) == std::string("error parsing regexp: ") + error);
      // The anchors of a label filter are not shown.
      CHECK(compile_error(expression, {true, false}) ==
            std::string("error parsing regexp: ") + error);
    }
  }

  TEST_CASE("regular expressions: names of groups in both spellings, and repeated") {
    const GoRegex both = regex("(?P<y>\\d+)-(?<m>\\d+)-(\\d+)(?:x)(?P<y>.)?");
    CHECK(both.group_names() == std::vector<std::string>{"", "y", "m", "", "y"});
    CHECK(regex("\\(?P<x>[(?<y>]\\Q(?P<z>a)").group_names() == std::vector<std::string>{""});
  }

  TEST_CASE("regular expressions: matches from left to right, as FindAll") {
    CHECK(places("a*", "baaau") == "0-0 1-4 5-5 ");
    CHECK(places("", "abc") == "0-0 1-1 2-2 3-3 ");
    CHECK(places("", "\xED\x95\x9C") == "0-0 3-3 ");
    CHECK(places("a", "") == "");
    CHECK(places("a*", "") == "0-0 ");
    CHECK(places("b|a*", "ab") == "0-1 1-2 ");
    CHECK(places("^a", "aaa") == "0-1 ");
    CHECK(places("\\b", "ab c") == "0-0 2-2 3-3 4-4 ");
    CHECK(places(".", "a\xFF\xED\x95\x9C") == "0-1 1-2 2-5 ");
    CHECK(places("\\x{FFFD}", "a\xFFz") == "1-2 ");
    CHECK(regex("a+").count("aabaac") == 2);
  }

  TEST_CASE("regular expressions: replacements, as ReplaceAllString") {
    CHECK(replaced("a(x*)b", "-ab-axxb-", "T") == "-T-T-");
    CHECK(replaced("a(x*)b", "-ab-axxb-", "$1") == "--xx-");
    CHECK(replaced("a(x*)b", "-ab-axxb-", "$1W") == "---");
    CHECK(replaced("a(x*)b", "-ab-axxb-", "${1}W") == "-W-xxW-");
    CHECK(replaced("a(?P<1W>x*)b", "-ab-axxb-", "$1W") == "--xx-");
    CHECK(replaced("(?P<a>.)(?P<b>.)", "xy", "$b$a$$$0") == "yx$xy");
    CHECK(replaced("(.)", "x", "$1_$2${9}${x}") == "");
    CHECK(replaced("a", "a", "$") == "$");
    CHECK(replaced("a", "a", "${") == "${");
    CHECK(replaced("a", "a", "${1") == "${1");
    CHECK(replaced("a", "a", "$-x") == "$-x");
    CHECK(replaced("a*", "baaac", "x") == "xbxcx");
    CHECK(replaced("", "abc", "-") == "-a-b-c-");
    CHECK(replaced("[a-c]*", "abcbcdcdedef", "x") == "xdxdxexdxexfx");
    CHECK(regex("a").replace_all("a", "$1", true) == "$1");
  }

  TEST_CASE("regular expressions: groups that took no part have no text") {
    GoRegex::Groups groups;
    REQUIRE(regex("(a)|(b)()").find("b", 0, groups));
    CHECK(groups[1].data() == nullptr);
    CHECK(groups[2] == "b");
    CHECK(groups[3].data() != nullptr);
    CHECK_FALSE(regex("^b").find("ab", 1, groups));
  }

  TEST_CASE("regular expressions: anchored, and where a point matches a new line") {
    const auto matches = [](std::string_view expression, std::string_view text,
                            GoRegex::Options options) {
      return GoRegex::compile(expression, options)->matches(text);
    };
    CHECK(matches("a|b", "b", {true, false}));
    CHECK_FALSE(matches("a|b", "ab", {true, false}));
    CHECK_FALSE(matches("a.b", "a\nb", {false, false}));
    CHECK(matches("a.b", "a\nb", {false, true}));
    CHECK_FALSE(matches("a$", "a\n", {false, false}));
    CHECK(matches("(?m)a$", "a\nb", {false, false}));
    CHECK(matches("(?i)K", "\xE2\x84\xAA", {false, false}));
    CHECK(matches("a.c",
                  "a\xFF"
                  "c",
                  {false, false}));
  }
}

}  // namespace logsvc
