#include "regex/syntax_tree.h"

#include <doctest/doctest.h>

#include <string>

#include "base/utf8.h"

namespace logsvc::regex {
namespace {

std::string shown(const Node& node);

std::string shown(const Sequence& sequence) {
  std::string out;
  for (const Node& node : sequence) out += shown(node);
  return out;
}

// Writes literals as they are, with ' behind where case does not matter; . @ for any rune in a line
// or at all; <ab> and <> for classes; ! for assertions; (…) and {…} for groups that capture or not;
// x[0,-1] for repetitions, with ? behind lazy ones.
std::string shown(const Node& node) {
  switch (node.kind) {
    case Node::Kind::kLiteral: {
      std::string out;
      append_utf8(out, static_cast<uint32_t>(node.rune));
      return node.flags.fold ? out + "'" : out;
    }
    case Node::Kind::kAnyRune:
      return node.flags.dot_newline ? "@" : ".";
    case Node::Kind::kClass:
      return "<" + (node.branches.empty() ? "" : shown(node.branches[0])) + ">";
    case Node::Kind::kAssertion:
      return "!";
    case Node::Kind::kGroup: {
      std::string out;
      for (const Sequence& branch : node.branches) out += (out.empty() ? "" : "|") + shown(branch);
      return node.capture ? "(" + out + ")" : "{" + out + "}";
    }
    case Node::Kind::kRepeat:
      return shown(node.branches[0]) + "[" + std::to_string(node.least) + "," +
             std::to_string(node.most) + "]" + (node.lazy ? "?" : "");
  }
  return "";
}

std::string tree(std::string_view expression) {
  const auto tree = SyntaxTree::parse(expression);
  if (!tree.ok()) return tree.error().message;
  return tree->too_deep ? "too deep" : shown(tree->root);
}

std::string names(std::string_view expression) {
  const auto tree = SyntaxTree::parse(expression);
  if (!tree.ok()) return tree.error().message;
  std::string out;
  for (const SyntaxTree::Capture& c : tree->captures) {
    out +=
        std::string(expression.substr(c.begin, c.end - c.begin)) + "=" + std::string(c.name) + " ";
  }
  return out;
}

std::string repeated(std::string_view text, size_t n) {
  std::string out;
  while (n-- > 0) out += text;
  return out;
}

}  // namespace

TEST_SUITE("regex") {
  TEST_CASE("the tree of an expression: texts, groups, alternatives") {
    CHECK(tree("") == "{}");
    CHECK(tree("abc") == "{abc}");
    CHECK(tree("a|b|") == "{a|b|}");
    CHECK(tree("a(b|(?:c|d))") == "{a(b|{c|d})}");
    CHECK(tree("(?P<x>a)(?<y>b)") == "{(a)(b)}");
    CHECK(tree("^a$\\b\\B\\A\\z") == "{!a!!!!!}");
    CHECK(tree(".(?s).(?-s).") == "{.@.}");
    CHECK(tree("\\d\\pL\\p{Greek}\\P{^Lu}x") == "{<><><><>x}");
  }

  TEST_CASE("the tree of an expression: repetitions") {
    CHECK(tree("a*b+c?") == "{a[0,-1]b[1,-1]c[0,1]}");
    CHECK(tree("a*?(?U)b*c*?") == "{a[0,-1]?b[0,-1]?c[0,-1]}");
    CHECK(tree("a{2}b{2,}c{2,5}?") == "{a[2,2]b[2,-1]c[2,5]?}");
    CHECK(tree("(ab){0}") == "{(ab)[0,0]}");
    // Go reads numbers without leading zeros, and never without the first one.
    for (const char* text : {"a{", "a{}", "a{,2}", "a{01}", "a{1,2,3}", "a{1", "a{x}", "a{1, 2}"}) {
      CHECK(tree(text) == "{" + std::string(text) + "}");
    }
    // A repetition does not apply to what matches nothing by itself.
    CHECK(tree("ab(?i)*") == "{ab[0,-1]}");
    CHECK(tree("ab\\Q\\E*") == "{ab[0,-1]}");
  }

  TEST_CASE("the tree of an expression: flags hold to the end of their group") {
    CHECK(tree("a(?i)b(?-i)c") == "{ab'c}");
    CHECK(tree("(a(?i)b|c)d") == "{(ab'|c')d}");
    CHECK(tree("(?i:a)b") == "{{a'}b}");
    CHECK(tree("(?is-U:a.)") == "{{a'@}}");
    CHECK(tree("(?i)[ab]\\QC\\E") == "{<a'b'>C'}");
  }

  TEST_CASE("the tree of an expression: escapes") {
    CHECK(tree("\\.\\*\\(\\ \\\xC3\xA9") == "{.*( \xC3\xA9}");
    CHECK(tree("\\a\\f\\t\\n\\r\\v") == "{\a\f\t\n\r\v}");
    CHECK(tree("\\x41\\x{e9}\\x{10FFFF}\\101\\0601") == "{A\xC3\xA9\xF4\x8F\xBF\xBF\x41\x30\x31}");
    CHECK(tree("\\Qa.*(\\Eb") == "{a.*(b}");
    CHECK(tree("\\Qa.\\") == "{a.\\}");
    CHECK(tree("\\Qab\\E+") == "{ab[1,-1]}");
  }

  TEST_CASE("the tree of an expression: classes have their members where they are single runes") {
    CHECK(tree("[a][]a][a-]") == "{<a><]a><a->}");
    CHECK(tree("[aA\\]\\n\\x41]x") == "{<aA]\nA>x}");
    CHECK(tree("[^a][a-z][[:alpha:]][\\d][\\pL]x") == "{<><><><><>x}");
    CHECK(tree("[^]a]x[[:a]b") == "{<>x<[:a>b}");
    CHECK(tree("[(|)*]") == "{<(|)*>}");
  }

  TEST_CASE("groups that capture are found in expressions that are not valid, too") {
    CHECK(names("(a)(?:b)(?P<x>c)(?<y_1>d)") == "(= (?P<x>=x (?<y_1>=y_1 ");
    CHECK(names("(?i)(a)[(](\\(\\Q(\\E") == "(= (= ");
    CHECK(names(")(a") == "(= ");
    CHECK(names("(?<a>x)\\") == "(?<a>=a ");
    CHECK(names("[(?<a>x)") == "");
    CHECK(names("(?x=)(a)") == "(= ");
    CHECK(names("(?P<n") == "error parsing regexp: invalid named capture: `(?P<n`");
    CHECK(names("a(?P<>x)") == "error parsing regexp: invalid named capture: `(?P<>`");
    CHECK(names("(?P<a-b>x)") == "error parsing regexp: invalid named capture: `(?P<a-b>`");
    CHECK(names("a\\C") == "error parsing regexp: invalid escape sequence: `\\C`");
  }

  TEST_CASE("what nests too deeply has no tree, but its groups") {
    CHECK(tree(repeated("(", 999) + "a" + repeated(")", 999)).starts_with("{((("));
    for (const std::string& deep :
         {repeated("(", 200'000), repeated("(a", 1001) + repeated(")", 1001),
          "a" + repeated("(?i)*", 2000), repeated("(?:", 3000) + repeated(")*", 3000)}) {
      CHECK(tree(deep) == "too deep");
    }
    CHECK(SyntaxTree::parse(repeated("(", 2000))->captures.size() == 2000);
  }
}

}  // namespace logsvc::regex
