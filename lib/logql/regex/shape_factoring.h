// How concatenations and alternatives are put together: nested ones become one, common prefixes of
// alternatives are taken out (ABC|ABD → AB(C|D)). Private to regex/.
#pragma once

#include "logql/regex/regex_shape.h"

namespace logsvc::logql {

using Shapes = std::vector<RegexShape>;

// A literal of one rune, a class or a point.
bool is_one_rune(const RegexShape& s);
// a|b of two that are: a class, or the more general of the two.
RegexShape merged(RegexShape a, RegexShape b);
// op: kConcat or kAlternate; there is at least one.
RegexShape collapsed(Shapes subs, RegexShape::Op op);

}  // namespace logsvc::logql
