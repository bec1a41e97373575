#include "gotext/template/token_cursor.h"

#include <algorithm>

#include "model/label_set.h"

namespace logsvc::tmpl {
namespace {

constexpr int kMaxDepth = 100;

std::string short_text(std::string_view text) {
  std::string out = quote(text.substr(0, 10));
  return text.size() > 10 ? out + "..." : out;
}

// Returns what Go's parser calls a token in messages.
std::string shown(const Item& item) {
  if (item.kind == ItemKind::kEnd) return "EOF";
  if (item.kind == ItemKind::kKeyword) return "<" + std::string(item.text) + ">";
  return short_text(item.text);
}

}  // namespace

const Item& TokenCursor::peek_behind_left() const {
  size_t at = at_ + 1;
  while (at + 1 < lexed_.items.size() && lexed_.items[at].kind == ItemKind::kSpace) ++at;
  return lexed_.items[std::min(at, lexed_.items.size() - 1)];
}

Status TokenCursor::expect(ItemKind kind, const std::string& context) {
  const Item& item = next_item();
  if (item.kind != kind) return unexpected(item, context);
  return {};
}

Error TokenCursor::failure(const std::string& message) const {
  return invalid("template: " + place(lexed_.items[seen_]) + ": " + message);
}

Error TokenCursor::unexpected(const Item& item, const std::string& context) const {
  if (item.kind != ItemKind::kError) {
    return failure("unexpected " + shown(item) + " in " + context);
  }
  if (!action_ || place(*action_) == place(item)) return failure(lexed_.error);
  const bool of_action = lexed_.error.ends_with(" action");
  return failure(lexed_.error + (of_action ? "" : " in action") + " started at " + place(*action_));
}

// Returns name:line.
std::string TokenCursor::place(const Item& item) const {
  const auto end = text_.begin() + static_cast<std::ptrdiff_t>(item.position);
  return std::string(name_) + ":" + std::to_string(1 + std::count(text_.begin(), end, '\n'));
}

Status TokenCursor::enter() {
  if (++depth_ > kMaxDepth) return failure("nested too deeply");
  return {};
}

}  // namespace logsvc::tmpl
