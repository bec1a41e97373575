#include "logql/stages/required_literals.h"

#include <algorithm>
#include <cctype>
#include <optional>
#include <string>

#include "base/any_case.h"
#include "base/utf8.h"
#include "regex/syntax_tree.h"

namespace logsvc::logql {
namespace {

using regex::Node;
using regex::Sequence;

// Groups may nest this deep; what nests deeper needs nothing.
constexpr int kMaxDepth = 200;
constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

// Holds a text. If its letters are wanted in either case, it is in lower case and ASCII.
struct Text {
  std::string bytes;
  bool any_case = false;

  void add(const Text& more) {
    bytes += more.bytes;
    any_case |= more.any_case;
  }
};

// These letters are cases of other runes than their two ASCII forms: U+212A, U+017F, U+0130 (whose
// lower case is i for the filters that compare lower cases).
struct OtherCase {
  char letter;
  std::string_view rune;
};
constexpr OtherCase kOtherCases[] = {{'k', "\xE2\x84\xAA"}, {'s', "\xC5\xBF"}, {'i', "\xC4\xB0"}};

bool has_other_cases(std::string_view text) {
  return text.find_first_of("ksiKSI") != std::string_view::npos;
}

// A run with letters in either case may also hold letters that were wanted in one case.
LinePredicate contains(Text text) {
  if (text.bytes.empty()) return {};
  if (!text.any_case) return LinePredicate::contains(std::move(text.bytes));
  for (char& c : text.bytes) c = ascii_lower(c);
  std::vector<LinePredicate> either;
  for (const OtherCase& other : kOtherCases) {
    if (text.bytes.find(other.letter) == std::string::npos) continue;
    either.push_back(LinePredicate::contains(std::string(other.rune)));
  }
  LinePredicate test = LinePredicate::contains_any_case(std::move(text.bytes));
  if (either.empty()) return test;
  either.insert(either.begin(), std::move(test));
  return LinePredicate::any_of(std::move(either));
}

// Says what one part of an expression needs.
struct Requirement {
  bool any = true;  // nothing is known of it
  // Otherwise it is exactly this text, or the test holds where it matches.
  std::optional<Text> text;
  LinePredicate test;
};

Requirement of_text(Text text) { return {false, std::move(text), {}}; }
Requirement of_test(LinePredicate test) { return {test.is_trivial(), {}, std::move(test)}; }
LinePredicate test_of(Requirement need) {
  if (need.any) return {};
  if (!need.text) return std::move(need.test);
  return contains(std::move(*need.text));
}

Requirement of_literal(const Node& node) {
  std::string bytes;
  append_utf8(bytes, static_cast<uint32_t>(node.rune));
  // Runes beyond ASCII are not looked for in either case.
  if (node.flags.fold && node.rune >= 0x80) return {};
  const bool any_case = node.flags.fold && std::isalpha(static_cast<unsigned char>(bytes[0])) != 0;
  return of_text({std::move(bytes), any_case});
}

// Collects parts that follow each other: neighbouring texts become one.
class Run {
 public:
  void add(Requirement need, bool ends_text) {
    if (!need.any && need.text) {
      text_.add(*need.text);
      if (ends_text) end_text();
      return;
    }
    end_text();
    LinePredicate test = test_of(std::move(need));
    if (!test.is_trivial()) tests_.push_back(std::move(test));
  }

  Requirement finish() {
    if (whole_ && !has_replacement()) return of_text(std::move(text_));
    end_text();
    if (tests_.size() == 1) return of_test(std::move(tests_[0]));
    return of_test(LinePredicate::all_of(std::move(tests_)));
  }

 private:
  // A bad byte of a line matches U+FFFD but does not equal these three bytes.
  bool has_replacement() const { return text_.bytes.find(kReplacement) != std::string::npos; }

  void end_text() {
    whole_ = false;
    if (!text_.bytes.empty() && !has_replacement()) tests_.push_back(contains(std::move(text_)));
    text_ = {};
  }

  std::vector<LinePredicate> tests_;
  Text text_;
  bool whole_ = true;  // nothing but text so far
};

Requirement of_group(const Node& group, int depth);

Requirement of_sequence(const Sequence& sequence, int depth) {
  Run run;
  for (const Node& part : sequence) {
    bool often = false, perhaps_absent = false;
    const Node* node = &part;
    for (; node->kind == Node::Kind::kRepeat; node = &node->branches[0][0]) {
      often = true;
      perhaps_absent |= node->least == 0;
    }
    Requirement need;
    if (node->kind == Node::Kind::kLiteral) need = of_literal(*node);
    if (node->kind == Node::Kind::kAssertion) need = of_text({});
    if (node->kind == Node::Kind::kGroup) need = of_group(*node, depth + 1);
    run.add(perhaps_absent ? Requirement() : std::move(need), often);
  }
  return run.finish();
}

Requirement of_group(const Node& group, int depth) {
  if (depth > kMaxDepth) return {};
  if (group.branches.size() == 1) return of_sequence(group.branches[0], depth);
  std::vector<LinePredicate> tests;
  for (const Sequence& branch : group.branches) {
    LinePredicate test = test_of(of_sequence(branch, depth));
    if (test.is_trivial()) return {};
    tests.push_back(std::move(test));
  }
  return of_test(LinePredicate::any_of(std::move(tests)));
}

// Returns what the whole expression needs.
Requirement need_of(std::string_view expression) {
  const auto tree = regex::SyntaxTree::parse(expression);
  if (!tree.ok() || tree->too_deep) return {};
  return of_group(tree->root, 0);
}

}  // namespace

LinePredicate required_literals(std::string_view expression, bool& literal) {
  literal = false;
  Requirement need = need_of(expression);
  if (need.any) return {};
  if (!need.text) return std::move(need.test);
  if (need.text->any_case) {
    constexpr std::string_view kFlag = "(?i)";
    literal = expression.starts_with(kFlag) && !has_other_cases(need.text->bytes);
    expression.remove_prefix(literal ? kFlag.size() : 0);
  } else {
    literal = true;
  }
  literal &= expression.find_first_of("\\^$(") == std::string_view::npos;
  return contains(std::move(*need.text));
}

}  // namespace logsvc::logql
