#include "logql/stages/required_literals.h"

#include <doctest/doctest.h>

#include "gotext/regex/go_regex.h"
#include "support/random_logs.h"

namespace logsvc::logql {
namespace {

std::string describe(const LinePredicate& test) {
  if (test.kind == LinePredicate::Kind::kContains)
    return (test.any_case ? "~'" : "'") + test.text + "'";
  std::string out = test.kind == LinePredicate::Kind::kAllOf ? "all(" : "any(";
  for (const LinePredicate& part : test.parts) out += describe(part);
  return out + ")";
}

std::string required(std::string_view expression) {
  bool literal = false;
  const std::string out = describe(required_literals(expression, literal));
  return literal ? out + "!" : out;
}

}  // namespace

TEST_CASE("what a regular expression needs") {
  CHECK(required("plain text") == "'plain text'!");
  CHECK(required("user_id_1[0-9]{3} .*failed|timeout of [0-9]+ms") ==
        "any(all('user_id_1'' ''failed')all('timeout of ''ms'))");
  CHECK(required("ab+c") == "all('ab''c')");
  CHECK(required("ab*c") == "all('a''c')");
  CHECK(required("ab?") == "'a'");
  CHECK(required("a{0,2}b{2}") == "'b'");
  CHECK(required("^\\[error\\]$") == "'[error]'");
  CHECK(required("(abc)d") == "'abcd'");
  CHECK(required("(?P<x>abc|abd)e") == "all(any('abc''abd')'e')");
  CHECK(required("a|") == "all()");
  CHECK(required("(?i)aBc1") == "~'abc1'!");
  CHECK(required("X(?i:abc)1") == "~'xabc1'");
  CHECK(required("(?i)(error|fatal): .*x") == "all(any(~'error'~'fatal')': '~'x')");
  CHECK(required("(?i)k1") == "any(~'k1''\xE2\x84\xAA')");
  CHECK(required("(?i)sit") == "any(~'sit''\xC5\xBF''\xC4\xB0')");
  CHECK(required("(?i)a\xED\x95\x9C") == "~'a'");
  CHECK(required("a\\d\\.b\\Q.*\\E") == "all('a''.b.*')");
  CHECK(required("[abc]") == "all()");
  CHECK(required("a{,2}b") == "'a{,2}b'!");
  CHECK(required("a{1,2,3}b{01}") == "'a{1,2,3}b{01}'!");
  CHECK(required("\\x41\\102\\x{e9}") == "'AB\xC3\xA9'");
  CHECK(required("\\x{FFFD}b") == "all()");
  CHECK(required("(?i)\\Qa.\\E") == "~'a.'");
  CHECK(required("\\Qab\\E*") == "'a'");
  CHECK(required("\\Qa.b") == "'a.b'");
  // A repetition applies neither to flags nor to an empty quotation.
  CHECK(required("ab(?i)*") == "'a'");
  CHECK(required("ab\\Q\\E?") == "'a'");
  CHECK(required("") == "all()!");
}

TEST_CASE("where an expression matches, what it needs is there") {
  const std::vector<std::string> atoms = {
      "a",      "b",      "ab",       ".",    "[ab]",  "(a|b)",  "(?:ab)+", "\\.",
      "^",      "$",      "(a)?",     "b{2}", "\\bA",  "(?i)a",  "|",       "a*",
      "c+",     "(?i:B)", "\\Qa.\\E", "(b|)", "{",     "x{1,2}", "(?i)",    "k",
      "(?i:s)", "\\Q\\E", "*",        "?",    "\\x41", "\\Qb",   "{01}",    "\\."};
  const std::vector<std::string> letters = {"a",       "b", "A",    "B", "c", ".", "{",
                                            "x",       " ", "\xFF", "k", "K", "S", "\xE2\x84\xAA",
                                            "\xC5\xBF"};
  testing::RandomLogs random(3);
  size_t matches = 0;
  for (int i = 0; i < 4000; ++i) {
    std::string expression;
    for (size_t n = 1 + random.below(6); n > 0; --n) expression += random.pick(atoms);
    const auto regex = GoRegex::compile(expression);
    if (!regex.ok()) continue;
    bool literal = false;
    const LinePredicate need = required_literals(expression, literal);
    for (int t = 0; t < 30; ++t) {
      std::string text;
      for (size_t n = random.below(9); n > 0; --n) text += random.pick(letters);
      const bool match = regex->matches(text);
      matches += match;
      CAPTURE(expression);
      CAPTURE(text);
      if (match || literal) CHECK(passes(need, text) == match);
    }
  }
  CHECK(matches > 1000);
}

}  // namespace logsvc::logql
