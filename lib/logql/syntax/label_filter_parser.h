// Conditions on labels: a="x" and (b > 5 or c = ip("10.0.0.0/8")). Private to syntax/.
#pragma once

#include <memory>

#include "logql/syntax/ast.h"
#include "logql/syntax/cursor.h"

namespace logsvc::logql {

Result<std::unique_ptr<LabelFilter>> parse_label_filter(Cursor& in);

// = != =~ !~
bool is_match_operator(const Token& token);
MatchType match_type(const Token& token);

// name OP "text" of a selector, drop or keep; Loki's wording for a bad expression.
Result<Matcher> make_matcher(const Token& op, const std::string& name, const std::string& value);

}  // namespace logsvc::logql
