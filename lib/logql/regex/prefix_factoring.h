// Puts concatenations and alternatives together: nested ones become one, and common prefixes of
// alternatives are taken out (ABC|ABD → AB(C|D)). Private to regex/.
#pragma once

#include "logql/regex/simplified_regex.h"

namespace logsvc::logql {

using Regexes = std::vector<SimplifiedRegex>;

// Returns whether it is a literal of one rune, a class or a point.
bool is_one_rune(const SimplifiedRegex& s);
// Returns a|b for two such: a class, or the more general of the two.
SimplifiedRegex merged(SimplifiedRegex a, SimplifiedRegex b);
// Combines at least one sub-expression; op is kConcat or kAlternate.
SimplifiedRegex collapsed(Regexes subs, SimplifiedRegex::Op op);

}  // namespace logsvc::logql
