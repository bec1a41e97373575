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

constexpr std::string_view kTraceback = "Traceback (most recent call last)";

// What stands between two tracebacks of one error.
bool chains_tracebacks(std::string_view line) {
  return line.starts_with("During handling of the above exception, another exception occurred") ||
         line.starts_with("The above exception was the direct cause of the following exception");
}

bool is_goroutine(std::string_view line) {
  return line.starts_with("goroutine ") && line.ends_with("]:");
}

bool begins_panic(std::string_view line) {
  return line.starts_with("panic: ") || line.starts_with("fatal error: ") || is_goroutine(line);
}

// What follows in a panic of Go: `main.(*T).f(0x1, {0x2, 0x3})` and the words around it.
bool goes_on_with_panic(std::string_view line) {
  for (const std::string_view head :
       {"goroutine ", "[signal ", "panic: ", "created by ", "exit status "}) {
    if (line.starts_with(head)) return true;
  }
  const size_t open = line.find('(');
  return line.ends_with(')') && open != 0 && open != std::string_view::npos &&
         line.substr(0, open).find(' ') == std::string_view::npos;
}

}  // namespace

void BlockRules::begin(std::string_view line) {
  lines_ = 1;
  has_stack_ = is_stack_line(line);
  traceback_ = chained_ = false;
  panic_ = begins_panic(line);
  after_caret_ = false;
  last_blank_ = last_opens_ = false;
  open_braces_ = 0;
  note(line);
}

void BlockRules::note(std::string_view line) {
  if (is_stack_line(line) || (panic_ && is_goroutine(line))) has_stack_ = true;
  if (line.starts_with(kTraceback)) traceback_ = true;
  if (!is_blank_line(line)) chained_ = has_stack_ && chains_tracebacks(line);
  const std::string_view text = without_margin(line);
  if (text.ends_with('{') || text.ends_with('[')) ++open_braces_;
  if (open_braces_ > 0 && (text.starts_with('}') || text.starts_with(']'))) --open_braces_;
  if (!text.empty() && text.find_first_not_of('^') == std::string_view::npos) after_caret_ = true;
  last_blank_ = text.empty();
  last_opens_ = opens_dump(text);
}

bool BlockRules::looks_like_more(std::string_view line) const {
  if (is_blank_line(line)) return lines_ > 1 || open_braces_ > 0 || panic_;
  if (panic_ && goes_on_with_panic(line)) return true;
  if (has_stack_ && chains_tracebacks(line)) return true;
  if (chained_ && line.starts_with(kTraceback)) return true;
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
