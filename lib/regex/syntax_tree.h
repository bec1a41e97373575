// Reads Go's syntax of regular expressions (regexp/syntax, the Perl flags) into a tree. All code
// that rewrites an expression, or learns from it, uses this reader; only RE2, which matches, has
// its own.
//
// RE2 alone judges whether an expression is valid. An invalid one gives an arbitrary tree, except
// that its capturing groups are found as in a valid one.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace logsvc::regex {

// Says what (?i), (?s) and (?U) have switched on at a node.
struct Flags {
  bool fold = false;         // i: letters match in either case
  bool dot_newline = false;  // s: . matches \n too
  bool non_greedy = false;   // U: x* means x*? and the other way round
};

struct Node;
using Sequence = std::vector<Node>;  // parts that follow each other

struct Node {
  enum class Kind : uint8_t {
    kLiteral,    // rune, as written or escaped or between \Q and \E
    kAnyRune,    // .
    kClass,      // one of several runes: [a-z], \d, \pL
    kAssertion,  // ^ $ \A \z \b \B: takes no room
    kGroup,      // branches
    kRepeat,     // branches[0][0], least to most times
  };
  Kind kind = Kind::kLiteral;
  Flags flags;              // a kRepeat has those at its operator
  bool capture = false;     // kGroup
  bool lazy = false;        // kRepeat: prefers the fewest, U taken into account
  uint16_t height = 1;      // nodes on the longest way down, this one included
  char32_t rune = 0;        // kLiteral; U+FFFD for a byte that is not UTF-8
  int least = 0, most = 0;  // kRepeat; most < 0: no upper bound
  // kGroup: the alternatives, at least one. kClass: one sequence with its members as literals if
  // they are listed one by one; empty if it has ranges or classes or is negated.
  std::vector<Sequence> branches;
};

struct SyntaxTree {
  // Go refuses deeper nesting. Here such an expression has no tree, but its groups are known.
  static constexpr int kMaxHeight = 1000;

  // Describes a group that captures, written as "(", "(?P<name>" or "(?<name>".
  struct Capture {
    size_t begin = 0;       // where its opening stands in the expression
    size_t end = 0;         // behind the opening
    std::string_view name;  // empty without one; borrowed from the expression
  };

  bool too_deep = false;          // root is empty
  Node root;                      // a kGroup that does not capture: the whole expression
  std::vector<Capture> captures;  // by number, from 1 on: captures[0] is group 1

  // Takes time and memory in proportion to the expression. Returns kInvalid, worded as Go does, for
  // what RE2 would word otherwise or accept: \C, and names of groups that are not made of
  // [A-Za-z0-9_].
  static Result<SyntaxTree> parse(std::string_view expression);
};

}  // namespace logsvc::regex
