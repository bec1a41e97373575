// Finds byte strings without which a regular expression cannot match.
#pragma once

#include <string_view>

#include "model/line_predicate.h"

namespace logsvc::logql {

// Returns a test that holds for every text in which the expression (Go's syntax, known to compile)
// matches somewhere. literal is set if the expression is nothing but text, so that it matches
// wherever the test holds.
LinePredicate required_literals(std::string_view expression, bool& literal);

}  // namespace logsvc::logql
