// Holds a regular expression as Go's regexp/syntax parses and simplifies it, with common prefixes
// of alternatives taken out, as far as it matters for its literals. What cannot be reduced to
// literals is kOther; nothing is matched with it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace logsvc::logql {

struct SimplifiedRegex {
  enum class Op {
    kEmpty,      // matches the empty text
    kLiteral,    // runes
    kClass,      // one of several runes
    kAnyInLine,  // . without s flag
    kAny,        // . with s flag
    kStar,       // subs[0]
    kPlus,
    kQuest,
    kRepeat,   // least, most
    kCapture,  // subs[0]
    kConcat,
    kAlternate,
    kOther,  // anchors, word boundaries
  };
  Op op = Op::kEmpty;
  bool fold = false;        // letters in either case
  bool non_greedy = false;  // for repetitions
  int least = 0, most = 0;  // most < 0: no upper bound
  std::u32string runes;     // folded literals hold their smallest runes
  std::vector<SimplifiedRegex> subs;

  // The expression must be valid. One that nests deeper than Go allows becomes kOther.
  static SimplifiedRegex parse(std::string_view expression);
};

}  // namespace logsvc::logql
