// Turns the text of a JMESPath expression into tokens.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace logsvc::jmespath {

enum class Token {
  kEnd,
  kName,
  kQuotedName,
  kRawString,
  kJson,
  kNumber,
  kDot,
  kStar,
  kFlatten,  // []
  kFilter,   // [?
  kLeftBracket,
  kRightBracket,
  kLeftBrace,
  kRightBrace,
  kLeftParenthesis,
  kRightParenthesis,
  kComma,
  kColon,
  kPipe,
  kOr,
  kAnd,
  kNot,
  kCompare,
  kCurrent,
  kReference,  // &
};

struct Lexed {
  Token token;
  std::string text;
  size_t position;
};

// Says what is wrong at a byte of the expression (from 0), as go-jmespath does.
Error syntax_fault(size_t position, const std::string& what);

// Returns all tokens, kEnd last; kInvalid if the text is malformed.
Result<std::vector<Lexed>> lex(std::string_view text);

}  // namespace logsvc::jmespath
