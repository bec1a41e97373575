// Parses conditions on labels: a="x" and (b > 5 or c = ip("10.0.0.0/8")). Private to syntax/.
#pragma once

#include <memory>

#include "logql/syntax/ast.h"
#include "logql/syntax/cursor.h"

namespace logsvc::logql {

Result<std::unique_ptr<LabelFilter>> parse_label_filter(Cursor& in);

// Whether it is =, !=, =~ or !~.
bool is_match_operator(const Token& token);
MatchType match_type(const Token& token);

// Makes a matcher of name OP "text" in a selector, drop or keep; a bad expression gets Loki's
// wording.
Result<Matcher> make_matcher(const Token& op, const std::string& name, const std::string& value);

}  // namespace logsvc::logql
