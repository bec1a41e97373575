// Tokens of LogQL, following Grafana Loki 3.7.6's lexer.
#pragma once

#include <string>

#include "base/time.h"

namespace logsvc::logql {

enum class TokenKind {
  kEnd,
  kIdentifier,
  kString,
  kNumber,
  kDuration,
  kBytes,
  kRange,     // [5m]
  kFlag,      // --strict
  kKeyword,   // by, json, … and operators of letters (and, or, unless)
  kFunction,  // a name of an aggregation or function that is called
  kSymbol,    // operators and punctuation
};

struct Token {
  TokenKind kind = TokenKind::kEnd;
  std::string text;   // keyword, function and symbol: in lower case; number, duration: as written
  std::string value;  // string: unescaped; identifier: the name
  double number = 0;  // number: its value; bytes: the size
  Duration duration = 0;  // for a duration or range
  int line = 1;           // 0 where Loki's parser has lost it
  int column = 1;         // in runes, from 1

  bool is(const char* symbol_or_keyword) const {
    return (kind == TokenKind::kSymbol || kind == TokenKind::kKeyword) && text == symbol_or_keyword;
  }
};

// Returns the token as an error message names it: STRING, RATE, $end, {.
std::string token_spelling(const Token& token);

}  // namespace logsvc::logql
