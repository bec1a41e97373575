#include "extract/json_tree.h"

#include <cctype>
#include <charconv>
#include <cmath>
#include <limits>

#include "extract/json_string.h"

namespace logsvc::extract {
namespace {

constexpr size_t kMaxDepth = 10'000;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

}  // namespace

void JsonTree::blanks(size_t& at) const {
  while (at < text_.size() &&
         (text_[at] == ' ' || text_[at] == '\t' || text_[at] == '\n' || text_[at] == '\r')) {
    ++at;
  }
}

// at: behind the opening quote; moves to the closing one.
bool JsonTree::string_end(size_t& at, bool& escaped) const {
  const char* p = text_.data() + at;
  const char* const last = text_.data() + text_.size();
  escaped = false;
  for (; p < last; ++p) {
    const auto c = static_cast<unsigned char>(*p);
    if (c == '"') {
      at = static_cast<size_t>(p - text_.data());
      return true;
    }
    if (c < ' ') return false;
    if (c != '\\') continue;
    escaped = true;
    if (++p >= last) return false;
    if (*p == 'u') {
      for (int i = 0; i < 4; ++i) {
        if (++p >= last || !std::isxdigit(static_cast<unsigned char>(*p))) return false;
      }
    } else if (std::string_view("\"\\/bfnrt").find(*p) == std::string_view::npos) {
      return false;
    }
  }
  return false;
}

bool JsonTree::number_end(size_t& at) const {
  const auto digits = [&] {
    const size_t from = at;
    while (at < text_.size() && is_digit(text_[at])) ++at;
    return at > from;
  };
  if (text_[at] == '-') ++at;
  if (at < text_.size() && text_[at] == '0') {
    ++at;
  } else if (!digits()) {
    return false;
  }
  if (at < text_.size() && text_[at] == '.') {
    ++at;
    if (!digits()) return false;
  }
  if (at < text_.size() && (text_[at] == 'e' || text_[at] == 'E')) {
    ++at;
    if (at < text_.size() && (text_[at] == '+' || text_[at] == '-')) ++at;
    if (!digits()) return false;
  }
  return true;
}

// A string, number or word; the node is added.
bool JsonTree::scalar(size_t& at) {
  const char c = text_[at];
  Node node{Kind::kNull, false, static_cast<uint32_t>(at), 0, 0};
  size_t end = at;
  if (c == '"') {
    node.kind = Kind::kString;
    node.begin = static_cast<uint32_t>(++end);
    if (!string_end(end, node.escaped)) return false;
    node.end = static_cast<uint32_t>(end++);
  } else if (c == '-' || is_digit(c)) {
    node.kind = Kind::kNumber;
    if (!number_end(end)) return false;
    node.end = static_cast<uint32_t>(end);
  } else {
    const std::string_view rest = text_.substr(at);
    const std::string_view word = c == 't' ? "true" : c == 'f' ? "false" : "null";
    if (!rest.starts_with(word)) return false;
    node.kind = c == 't' ? Kind::kTrue : c == 'f' ? Kind::kFalse : Kind::kNull;
    end = at + word.size();
    node.end = static_cast<uint32_t>(end);
  }
  node.after = static_cast<Index>(nodes_.size() + 1);
  nodes_.push_back(node);
  at = end;
  return true;
}

bool JsonTree::parse(std::string_view text) {
  text_ = text;
  nodes_.clear();
  open_.clear();
  if (text.size() >= std::numeric_limits<uint32_t>::max()) return false;
  size_t at = 0;
  bool value_wanted = true;  // else a comma or the end
  while (true) {
    blanks(at);
    if (at >= text.size()) return open_.empty() && !value_wanted;
    if (open_.empty() && !value_wanted) return false;  // text behind the value
    const char c = text[at];
    const bool in_object = !open_.empty() && nodes_[open_.back()].kind == Kind::kObject;
    const bool at_start = !open_.empty() && open_.back() + 1 == nodes_.size();
    const char close = in_object ? '}' : ']';
    if (!open_.empty() && c == close && (!value_wanted || at_start)) {
      Node& done = nodes_[open_.back()];
      done.end = static_cast<uint32_t>(++at);
      done.after = static_cast<Index>(nodes_.size());
      open_.pop_back();
      value_wanted = false;
      continue;
    }
    if (!value_wanted) {
      if (c != ',') return false;
      ++at;
      value_wanted = true;
      blanks(at);
      if (at >= text.size() || text[at] == close) return false;
      continue;
    }
    if (in_object) {
      if (c != '"' || !scalar(at)) return false;
      blanks(at);
      if (at >= text.size() || text[at] != ':') return false;
      ++at;
      blanks(at);
      if (at >= text.size()) return false;
    }
    if (text[at] == '{' || text[at] == '[') {
      if (open_.size() >= kMaxDepth) return false;
      open_.push_back(static_cast<Index>(nodes_.size()));
      nodes_.push_back(
          {text[at] == '{' ? Kind::kObject : Kind::kArray, false, static_cast<uint32_t>(at), 0, 0});
      ++at;
    } else {
      if (!scalar(at)) return false;
      value_wanted = false;
    }
  }
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
    // Too small is 0; too large is an infinity, which JSON cannot say.
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
