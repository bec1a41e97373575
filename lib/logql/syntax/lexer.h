// Splits LogQL text into tokens.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "logql/syntax/token.h"

namespace logsvc::logql {

// The list ends with a kEnd token. kInvalid: "parse error at line 1, col 4: literal not
// terminated".
Result<std::vector<Token>> lex(std::string_view query);

// Makes "parse error at line L, col C: MSG"; "parse error : MSG" if both are 0.
Error parse_error(int line, int column, const std::string& message);

}  // namespace logsvc::logql
