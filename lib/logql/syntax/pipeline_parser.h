// Parses selectors, stages and unwrap. Private to syntax/.
#pragma once

#include "logql/syntax/ast.h"
#include "logql/syntax/cursor.h"

namespace logsvc::logql {

// Parses {a="b", …}; the cursor is at the brace.
Result<std::vector<Matcher>> parse_matchers(Cursor& in);
// Parses stages as long as there are any; stops in front of `| unwrap`.
Status parse_stages(Cursor& in, std::vector<Stage>& stages);
// Parses `| unwrap …` and its filters, if it is there.
Status parse_unwrap(Cursor& in, std::optional<Unwrap>& unwrap);
// Checks Loki's rule that a selector must not match every stream.
Status check_matchers(const std::vector<Matcher>& matchers);

}  // namespace logsvc::logql
