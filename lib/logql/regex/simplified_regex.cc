#include "logql/regex/simplified_regex.h"

#include <algorithm>

#include "gotext/unicode.h"
#include "logql/regex/prefix_factoring.h"
#include "regex/syntax_tree.h"

namespace logsvc::logql {
namespace {

using Op = SimplifiedRegex::Op;
using regex::Node;

// Returns the smallest rune that is equal except for its case.
char32_t smallest_fold(char32_t r) {
  if (r == 0x17F) return 'S';   // long s
  if (r == 0x212A) return 'K';  // Kelvin sign
  return std::min({r, static_cast<char32_t>(upper_rune(r)), static_cast<char32_t>(lower_rune(r))});
}

SimplifiedRegex of_op(Op op, bool fold) {
  SimplifiedRegex out;
  out.op = op;
  out.fold = fold;
  return out;
}

SimplifiedRegex of_rune(char32_t rune, bool fold) {
  SimplifiedRegex out = of_op(Op::kLiteral, fold);
  out.runes = fold ? smallest_fold(rune) : rune;
  return out;
}

// A class of one rune, or of two that differ only in case, becomes a literal.
SimplifiedRegex of_class(const Node& node) {
  const SimplifiedRegex any_of_them = of_op(Op::kClass, node.flags.fold);
  if (node.branches.empty()) return any_of_them;
  std::u32string runes;
  for (const Node& member : node.branches[0]) {
    if (runes.find(member.rune) == std::u32string::npos) runes += member.rune;
    if (runes.size() > 2) return any_of_them;
  }
  if (runes.empty()) return any_of_them;
  const char32_t least = smallest_fold(runes[0]);
  const bool has_cases = lower_rune(least) != upper_rune(least);
  if (runes.size() == 1 && (!node.flags.fold || !has_cases)) return of_rune(runes[0], false);
  // s and k have a third form.
  const bool two_forms = lower_rune(least) != least && least != 'S' && least != 'K';
  const bool same = runes.size() == 1 || smallest_fold(runes[1]) == least;
  return same && two_forms ? of_rune(least, true) : any_of_them;
}

SimplifiedRegex of_alternatives(const Node& group);

SimplifiedRegex of_node(const Node& node) {
  switch (node.kind) {
    case Node::Kind::kLiteral:
      return of_rune(node.rune, node.flags.fold);
    case Node::Kind::kAnyRune:
      return of_op(node.flags.dot_newline ? Op::kAny : Op::kAnyInLine, node.flags.fold);
    case Node::Kind::kClass:
      return of_class(node);
    case Node::Kind::kAssertion:
      return of_op(Op::kOther, node.flags.fold);
    case Node::Kind::kGroup: {
      SimplifiedRegex inner = of_alternatives(node);
      if (!node.capture) return inner;
      SimplifiedRegex out = of_op(Op::kCapture, false);
      out.subs.push_back(std::move(inner));
      return out;
    }
    case Node::Kind::kRepeat: {
      SimplifiedRegex out = of_op(Op::kRepeat, node.flags.fold);
      out.non_greedy = node.lazy;
      out.least = node.least;
      out.most = node.most;
      out.subs.push_back(of_node(node.branches[0][0]));
      return out;
    }
  }
  return of_op(Op::kOther, false);
}

SimplifiedRegex of_sequence(const regex::Sequence& sequence) {
  Regexes parts;
  for (const Node& node : sequence) {
    SimplifiedRegex part = of_node(node);
    const bool joins = !parts.empty() && parts.back().op == Op::kLiteral &&
                       part.op == Op::kLiteral && parts.back().fold == part.fold;
    if (joins) {
      parts.back().runes += part.runes;
    } else {
      parts.push_back(std::move(part));
    }
  }
  return parts.empty() ? SimplifiedRegex() : collapsed(std::move(parts), Op::kConcat);
}

// Neighbours of one rune become a class at once.
SimplifiedRegex of_alternatives(const Node& group) {
  Regexes out;
  for (const regex::Sequence& branch : group.branches) {
    SimplifiedRegex next = of_sequence(branch);
    if (!out.empty() && is_one_rune(out.back()) && is_one_rune(next)) {
      out.back() = merged(std::move(out.back()), std::move(next));
    } else {
      out.push_back(std::move(next));
    }
  }
  return collapsed(std::move(out), Op::kAlternate);
}

// x{2,} and the like are written out as far as it matters for literals; x** becomes x*.
SimplifiedRegex simplified(SimplifiedRegex s) {
  for (SimplifiedRegex& sub : s.subs) sub = simplified(std::move(sub));
  if (s.op == Op::kRepeat) {
    SimplifiedRegex sub = std::move(s.subs[0]);
    if (s.most == 0) return {};
    if (s.least == 1 && s.most == 1) return sub;
    if (s.most < 0 && s.least <= 1) {
      s.op = s.least == 0 ? Op::kStar : Op::kPlus;
      s.subs[0] = std::move(sub);
    } else if (s.least == 0) {
      s.op = Op::kQuest;
      s.subs[0] = std::move(sub);
    } else {
      // More than three pieces are as good as any number.
      SimplifiedRegex copies;
      copies.op = Op::kConcat;
      const int extra = s.most == s.least ? 0 : 1;
      copies.subs.assign(static_cast<size_t>(std::min(4, s.least + extra)), sub);
      if (extra) copies.subs.back().op = Op::kOther;
      return copies;
    }
  }
  if (s.op == Op::kStar || s.op == Op::kPlus || s.op == Op::kQuest) {
    if (s.subs[0].op == Op::kEmpty) return {};
    if (s.subs[0].op == s.op && s.subs[0].non_greedy == s.non_greedy) {
      SimplifiedRegex inner = std::move(s.subs[0]);
      return inner;
    }
  }
  return s;
}

}  // namespace

SimplifiedRegex SimplifiedRegex::parse(std::string_view expression) {
  const auto tree = regex::SyntaxTree::parse(expression);
  if (!tree.ok() || tree->too_deep) return of_op(Op::kOther, false);
  return simplified(of_alternatives(tree->root));
}

}  // namespace logsvc::logql
