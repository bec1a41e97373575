#include "agent/pipeline/automatic/block_rules.h"

#include <algorithm>
#include <cctype>

namespace logsvc::agent {
namespace {

// `{`, `Object(2) {`, `Map(1) {`, `err: {`: an inspected object begins.
bool opens_dump(std::string_view text) {
  if (text.empty() || (text.back() != '{' && text.back() != '[')) return false;
  text.remove_suffix(1);
  if (text.empty()) return true;
  if (text.back() != ' ') return false;
  text.remove_suffix(1);
  return text.ends_with(':') || text.ends_with('=') ||
         (text.ends_with(')') && std::isupper(static_cast<unsigned char>(text[0])));
}

bool is_blank_line(std::string_view line) {
  return std::all_of(line.begin(), line.end(),
                     [](unsigned char c) { return std::isspace(c) != 0; });
}

std::string_view without_margin(std::string_view line) {
  const size_t first = line.find_first_not_of(" \t");
  return first == std::string_view::npos ? std::string_view() : line.substr(first);
}

// `    at f (file:1:2)`, `File "x.py", line 1`
bool is_stack_line(std::string_view line) {
  const std::string_view text = without_margin(line);
  return text.starts_with("at ") ||
         (text.starts_with("File \"") && text.find(", line ") != std::string_view::npos) ||
         text.starts_with("Caused by:");
}

}  // namespace

void BlockRules::begin(std::string_view line) {
  lines_ = 1;
  has_stack_ = is_stack_line(line);
  traceback_ = line.starts_with("Traceback (most recent call last)");
  after_caret_ = false;
  last_blank_ = last_opens_ = false;
  open_braces_ = 0;
  note(line);
}

void BlockRules::note(std::string_view line) {
  if (is_stack_line(line)) has_stack_ = true;
  const std::string_view text = without_margin(line);
  if (text.ends_with('{') || text.ends_with('[')) ++open_braces_;
  if (open_braces_ > 0 && (text.starts_with('}') || text.starts_with(']'))) --open_braces_;
  if (!text.empty() && text.find_first_not_of('^') == std::string_view::npos) after_caret_ = true;
  last_blank_ = text.empty();
  last_opens_ = opens_dump(text);
}

bool BlockRules::looks_like_more(std::string_view line) const {
  if (is_blank_line(line)) return lines_ > 1 || open_braces_ > 0;
  const char c = line[0];
  if (c == ' ' || c == '\t') return true;
  if (line.starts_with("at ") || line.starts_with("Caused by:") || line.starts_with("Node.js v")) {
    return true;
  }
  if (line.starts_with("... ") && line.ends_with(" more")) return true;
  if (line == "}" || line == "]" || line == "^" || line == "})" || line == "},") return true;
  if (last_opens_ || (open_braces_ > 0 && (c == '}' || c == ']'))) return true;
  return after_caret_ && last_blank_;  // Node: place, code, ^, blank, then the error
}

bool BlockRules::goes_on(std::string_view line) {
  bool more = false;
  if (first_line_) {
    more = !first_line_->matches(line);
  } else {
    more = looks_like_more(line);
    if (!more && traceback_) {
      more = true;  // ValueError: …, the end of a traceback
      traceback_ = false;
    }
    if (more && after_caret_ && last_blank_ && !is_blank_line(line)) after_caret_ = false;
  }
  if (!more) return false;
  ++lines_;
  note(line);
  return true;
}

}  // namespace logsvc::agent
