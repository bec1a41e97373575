// The parser's place in the tokens. Private to syntax/.
#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "base/result.h"
#include "logql/syntax/lexer.h"

namespace logsvc::logql {

class Cursor {
 public:
  explicit Cursor(std::vector<Token> tokens) : tokens_(std::move(tokens)) {}

  const Token& now() const { return tokens_[at_]; }
  const Token& ahead(size_t n = 1) const { return tokens_[std::min(at_ + n, tokens_.size() - 1)]; }
  const Token& take() {
    const Token& token = tokens_[at_];
    if (at_ + 1 < tokens_.size()) ++at_;
    return token;
  }
  bool accept(const char* symbol) {
    if (!now().is(symbol)) return false;
    take();
    return true;
  }
  // Fails naming what was expected.
  Status expect(const char* symbol, const std::string& expecting) {
    if (accept(symbol)) return {};
    return unexpected(expecting);
  }
  // Makes "syntax error: unexpected X[, expecting …]" for the current token.
  Error unexpected(const std::string& expecting = "") const {
    std::string message = "syntax error: unexpected " + token_spelling(now());
    if (!expecting.empty()) message += ", expecting " + expecting;
    const bool empty = tokens_.size() == 1 && now().column == 1;
    if (empty) return parse_error(0, 0, message);
    return parse_error(now().line, now().column, message);
  }
  // Queries nested deeper than this are refused instead of overflowing the stack.
  Status enter() {
    constexpr int kMaxDepth = 200;
    if (++depth_ > kMaxDepth) {
      return parse_error(now().line, now().column, "the query is nested too deeply");
    }
    return {};
  }
  void leave() { --depth_; }
  // Longer chains of operators than this are refused: their trees are as deep as they are long.
  Status grow() {
    constexpr int kMaxOperands = 2000;
    if (++operands_ > kMaxOperands) {
      return parse_error(now().line, now().column, "the query has too many operators");
    }
    return {};
  }

 private:
  std::vector<Token> tokens_;
  size_t at_ = 0;
  int depth_ = 0;
  int operands_ = 0;
};

}  // namespace logsvc::logql
