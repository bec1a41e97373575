#include "extract/json_tree.h"

#include <charconv>
#include <cmath>
#include <limits>

#include "extract/json_string.h"

namespace logsvc::extract {

void JsonTree::add(const JsonScalar& scalar) {
  const auto begin = static_cast<uint32_t>(scalar.text.data() - text_.data());
  const auto end = static_cast<uint32_t>(begin + scalar.text.size());
  nodes_.push_back(
      {scalar.kind, scalar.escaped, begin, end, static_cast<Index>(nodes_.size() + 1)});
}

bool JsonTree::parse(std::string_view text) {
  text_ = text;
  nodes_.clear();
  open_.clear();
  if (text.size() >= std::numeric_limits<uint32_t>::max()) return false;
  JsonCursor cursor(text);
  do {
    if (!open_.empty()) {
      Node& around = nodes_[open_.back()];
      JsonScalar key;
      const bool in_object = around.kind == Kind::kObject;
      if (!(in_object ? cursor.next_member(key) : cursor.next_item())) {
        if (cursor.failed()) return false;
        around.end = static_cast<uint32_t>(cursor.at());
        around.after = static_cast<Index>(nodes_.size());
        open_.pop_back();
        continue;
      }
      if (in_object) add(key);
    }
    const char first = cursor.ahead();
    if (first == '{' || first == '[') {
      const auto begin = static_cast<uint32_t>(cursor.at());
      const Kind kind = first == '{' ? Kind::kObject : Kind::kArray;
      if (!cursor.open()) return false;
      open_.push_back(static_cast<Index>(nodes_.size()));
      nodes_.push_back({kind, false, begin, 0, 0});
    } else {
      JsonScalar scalar;
      if (!cursor.scalar(scalar)) return false;
      add(scalar);
    }
  } while (!open_.empty());
  return cursor.finish();
}

void JsonTree::append_string(Index node, std::string& out) const {
  if (nodes_[node].escaped) {
    unescape_json(raw(node), out, true);
  } else {
    out += raw(node);
  }
}

bool JsonTree::string_equals(Index node, std::string_view text) const {
  if (!nodes_[node].escaped) return raw(node) == text;
  scratch_.clear();
  append_string(node, scratch_);
  return scratch_ == text;
}

double JsonTree::number(Index node) const {
  const std::string_view text = raw(node);
  double out = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), out);
  if (failure == std::errc::result_out_of_range) {
    // Too small becomes 0; too large becomes an infinity, which JSON cannot express.
    const bool tiny =
        text.find("e-") != std::string_view::npos || text.find("E-") != std::string_view::npos;
    return tiny ? 0 : text[0] == '-' ? -HUGE_VAL : HUGE_VAL;
  }
  return out;
}

JsonTree::Index JsonTree::member(Index object, std::string_view key) const {
  Index found = 0;
  const Index end = after(object);
  for (Index at = first_child(object); at < end;) {
    if (string_equals(at, key)) found = at + 1;
    at = after(at + 1);
  }
  return found;
}

}  // namespace logsvc::extract
