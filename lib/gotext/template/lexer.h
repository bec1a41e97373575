// Splits a template into tokens, after Go's text/template/parse.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace logsvc::tmpl {

enum class ItemKind {
  kEnd,
  kText,
  kLeft,   // {{
  kRight,  // }}
  kSpace,
  kIdentifier,
  kKeyword,  // if, range, …; text says which
  kField,    // .name
  kVariable,
  kDot,
  kNil,
  kBool,
  kString,
  kRawString,
  kChar,
  kNumber,
  kPipe,
  kComma,
  kDeclare,  // :=
  kAssign,   // =
  kLeftParenthesis,
  kRightParenthesis,
  kOther,
  kError,  // always the last; see Lexed::error
};

struct Item {
  ItemKind kind = ItemKind::kEnd;
  size_t position = 0;
  std::string_view text;
};

// The text must outlive the items. An error comes as the last item, so that the parser may find an
// earlier one.
struct Lexed {
  std::vector<Item> items;
  std::string error;
};
Lexed lex_template(std::string_view text);

}  // namespace logsvc::tmpl
