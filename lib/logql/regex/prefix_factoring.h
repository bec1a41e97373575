// How concatenations and alternatives are put together: nested ones become one, common prefixes of
// alternatives are taken out (ABC|ABD → AB(C|D)). Private to regex/.
#pragma once

#include "logql/regex/simplified_regex.h"

namespace logsvc::logql {

using Regexes = std::vector<SimplifiedRegex>;

// A literal of one rune, a class or a point.
bool is_one_rune(const SimplifiedRegex& s);
// a|b of two that are: a class, or the more general of the two.
SimplifiedRegex merged(SimplifiedRegex a, SimplifiedRegex b);
// op: kConcat or kAlternate; there is at least one.
SimplifiedRegex collapsed(Regexes subs, SimplifiedRegex::Op op);

}  // namespace logsvc::logql
