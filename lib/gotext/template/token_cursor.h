// Gives the tokens of a template one by one, and errors that say where they stand. Private to
// template/.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/result.h"
#include "gotext/template/lexer.h"

namespace logsvc::tmpl {

class TokenCursor {
 public:
  // name is what messages call the template. Both texts are borrowed.
  TokenCursor(std::string_view name, std::string_view text)
      : name_(name), text_(text), lexed_(lex_template(text)) {}

 protected:
  const Item& peek() {
    seen_ = at_;
    return lexed_.items[at_];
  }
  const Item& next() {
    const Item& item = peek();
    if (at_ + 1 < lexed_.items.size()) ++at_;
    return item;
  }
  void skip_space() {
    while (peek().kind == ItemKind::kSpace) next();
  }
  // Skips blanks.
  const Item& peek_item() {
    skip_space();
    return peek();
  }
  const Item& next_item() {
    skip_space();
    return next();
  }
  const Item& peek_behind_left() const;
  Status expect(ItemKind kind, const std::string& context);
  // Returns a place to come back to.
  size_t at() const { return at_; }
  void go_back(size_t at) { at_ = at; }

  // Makes an error at the token that was looked at last: "template: line:1: …".
  Error failure(const std::string& message) const;
  Error unexpected(const Item& item, const std::string& context) const;
  // Makes errors of the lexer say where the action around them began.
  void begin_action(const Item& left) { action_ = left; }
  void end_action() { action_.reset(); }
  // Bounds how deep the parser goes; each call needs a leave().
  Status enter();
  void leave() { --depth_; }

 private:
  std::string place(const Item& item) const;

  std::string_view name_, text_;
  Lexed lexed_;
  size_t at_ = 0;
  size_t seen_ = 0;             // the token that was looked at last
  std::optional<Item> action_;  // the {{ of the action that is being read
  int depth_ = 0;
};

}  // namespace logsvc::tmpl
