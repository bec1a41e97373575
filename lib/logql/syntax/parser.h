// Parses LogQL text to a tree and checks it: what parses can be planned.
#pragma once

#include <string_view>

#include "base/result.h"
#include "logql/syntax/ast.h"

namespace logsvc::logql {

// kInvalid with Loki's position and wording: "parse error at line 1, col 7: syntax error:
// unexpected $end, expecting } or ,".
Result<ExprPtr> parse(std::string_view query);

}  // namespace logsvc::logql
