#include "logql/regex/text_regex.h"

#include <doctest/doctest.h>

namespace logsvc::logql {
namespace {

// Returns the literals that an expression comes down to: "=a" equals, "~a" contains, "." non-empty,
// with (i) in either case; "re" if it is run as an expression, "*" if everything passes.
std::string reduced(const char* expression, bool is_label = false) {
  const auto regex = TextRegex::compile(expression, is_label);
  REQUIRE(regex.ok());
  if (!regex->tests()) return "re";
  if (regex->always()) return "*";
  std::string out;
  for (const TextTest& t : *regex->tests()) {
    out += (out.empty() ? "" : " ") + std::string(t.fold ? "(i)" : "");
    out += t.kind == TextTest::Kind::kNonEmpty ? "."
           : t.kind == TextTest::Kind::kEquals ? "=" + t.text
                                               : "~" + t.text;
  }
  return out;
}

bool matches(const char* expression, const char* text, bool is_label = false) {
  const auto regex = TextRegex::compile(expression, is_label);
  return regex.ok() && regex->matches(text);
}

}  // namespace

TEST_SUITE("logql") {
  TEST_CASE("expressions of literals are looked for as text") {
    CHECK(reduced("foo") == "~foo");
    CHECK(reduced("foo", true) == "=foo");
    CHECK(reduced("") == "*");
    CHECK(reduced(".*") == "*");
    CHECK(reduced(".*?") == "*");
    CHECK(reduced(".+") == ".");
    CHECK(reduced("foo|bar") == "~foo ~bar");
    CHECK(reduced("(foo|(bar))") == "~foo ~bar");
    CHECK(reduced("foo|") == "~foo");
    CHECK(reduced(".*|foo") == "~foo");
    CHECK(reduced("foo.*") == "~foo");
    CHECK(reduced(".*foo.*") == "~foo");
    CHECK(reduced("(?:fo)o") == "~foo");
    CHECK(reduced("[f]oo\\.") == "~foo.");
    CHECK(reduced("\\Qa.b\\Ec") == "~a.bc");
    CHECK(reduced("\\x41\\x{e9}") == "~A\xC3\xA9");
    CHECK(reduced("a{1}b{0}") == "~a");
    CHECK(reduced("[\\n][\\x41]") == "~\nA");
    // These braces are text.
    CHECK(reduced("a{01}") == "~a{01}");
    CHECK(reduced("a{1,2,3}") == "~a{1,2,3}");
  }

  TEST_CASE("common prefixes of alternatives are taken out first") {
    CHECK(reduced("warn|warning") == "~warn ~warning");
    CHECK(reduced("warn|warning", true) == "~warn ~warning");
    CHECK(reduced("prod|preprod", true) == "~prod ~preprod");
    CHECK(reduced("foo|bar", true) == "=foo =bar");
    CHECK(reduced("200|204", true) == "re");  // 20[04]
    CHECK(reduced("bar|b|buzz") == "~bar ~b ~buzz");
    CHECK(reduced("a|b") == "re");
    CHECK(reduced("a|a") == "~a");
    CHECK(reduced("foo.*(timeout|refused)") == "~footimeout ~foorefused");
    CHECK(reduced("foo.*(bar|baz)") == "re");
  }

  TEST_CASE("everything else is run") {
    CHECK(reduced("a.+") == "re");
    CHECK(reduced("^foo") == "re");
    CHECK(reduced("foo$") == "re");
    CHECK(reduced("fo+") == "re");
    CHECK(reduced("\\d+") == "re");
    CHECK(reduced("foo.*bar") == "re");
    CHECK(reduced("(?s)foo.*") == "re");
    CHECK(reduced("[^a]") == "re");
    CHECK(reduced("(?:foo){2}") == "re");
  }

  TEST_CASE("case is folded as Loki folds it") {
    CHECK(reduced("(?i)FOO") == "(i)~foo");
    CHECK(reduced("[fF]") == "(i)~f");
    CHECK(reduced("(?i)foo|BAR") == "(i)~foo (i)~bar");
    CHECK(reduced("f|f(?i)oo") == "re");
    // k and s have three forms, and a class of more than a letter's two forms stays a class.
    CHECK(reduced("[kK]") == "re");
    CHECK(reduced("(?i)[s]") == "re");
    CHECK(reduced("(?i)[aA]") == "(i)~a");
    CHECK(reduced("(?i)[aAb]") == "re");
    CHECK(matches("(?i)[aAb]", "b"));
    CHECK_FALSE(matches("[aA][kK]", "a\xE2\x84\xAA"));
    CHECK(matches("(?i)error", "An ERROR here"));
    CHECK(matches("(?i)\xC3\xA9t\xC3\xA9", "\xC3\x89T\xC3\x89"));
    // The first bytes of these two differ, so they are not found.
    CHECK_FALSE(matches("(?i)\xD1\x80", "\xD0\xA0"));
  }

  TEST_CASE("labels lose their anchors where a literal is looked for") {
    CHECK(matches("5.*", "250", true));
    CHECK(matches("warn|warning", "prewarned", true));
    CHECK_FALSE(matches("foo|bar", "foobar", true));
    CHECK_FALSE(matches("a.+", "xab", true));
    CHECK(matches("a.+", "ab", true));
  }
}

}  // namespace logsvc::logql
