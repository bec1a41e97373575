#include "agent/pipeline/automatic/block_rules.h"

#include <algorithm>
#include <cctype>
#include <initializer_list>

namespace logsvc::agent {
namespace {

// Recognises the start of an inspected object: `{`, `Object(2) {`, `Map(1) {`, `err: {`.
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

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
bool is_name_char(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '$';
}

// Recognises PHP's `#0 /app/x.php(10): f()`, `#1 [internal function]: …`, `#2 {main}`, and Dart's
// `#0      main (…`.
bool is_numbered_frame(std::string_view text) {
  if (text.size() < 4 || text[0] != '#' || !is_digit(text[1])) return false;
  const size_t at = text.find_first_not_of("0123456789", 1);
  if (at == std::string_view::npos || text[at] != ' ') return false;
  const std::string_view place = text.substr(at + 1);
  if (place == "{main}" || place.starts_with("[internal function]")) return true;
  const size_t close = place.find("): ");
  return (close != std::string_view::npos && close > 0 && is_digit(place[close - 1])) ||
         (place.starts_with("   ") && place.ends_with(')'));
}

// Recognises Ruby: `app/x.rb:3:in 'f'`, without a message after it.
bool is_ruby_frame(std::string_view text) {
  if (text.starts_with("from ")) text.remove_prefix(5);
  const size_t place = text.find(".rb:");
  return place != std::string_view::npos && place + 4 < text.size() && is_digit(text[place + 4]) &&
         text.find(":in ", place) != std::string_view::npos && text.ends_with('\'');
}

// Recognises `    at f (file:1:2)` and `File "x.py", line 1`.
bool is_stack_line(std::string_view line) {
  const std::string_view text = without_margin(line);
  return text.starts_with("at ") ||
         (text.starts_with("File \"") && text.find(", line ") != std::string_view::npos) ||
         text.starts_with("Caused by:") || is_numbered_frame(text) || is_ruby_frame(text);
}

// Recognises the name of an exception: `java.lang.X: message`, `System.X`, `RuntimeError: message`.
bool is_exception(std::string_view line) {
  const size_t end = std::min(
      static_cast<size_t>(
          std::find_if_not(line.begin(), line.end(),
                           [](char c) { return is_name_char(c) || c == '.' || c == '\\'; }) -
          line.begin()),
      line.size());
  if (end < line.size() && line[end] != ':') return false;
  if (end < line.size() && end + 1 < line.size() && line[end + 1] != ' ') return false;
  const std::string_view name = line.substr(0, end);
  if (name.ends_with("Error") || name.ends_with("Exception")) return true;
  const size_t point = name.rfind('.');
  return point != std::string_view::npos && point > 0 && point + 1 < name.size() &&
         is_upper(name[point + 1]) && name.find("..") == std::string_view::npos;
}

// Recognises thread 'main' panicked at src/main.rs:2:5:
bool begins_rust_panic(std::string_view line) {
  return line.starts_with("thread '") && line.find("' ") != std::string_view::npos &&
         line.find(" panicked at ") != std::string_view::npos;
}

// Recognises ** (RuntimeError) message, ** (EXIT from #PID<0.1.0>) …
bool is_elixir_error(std::string_view text) { return text.starts_with("** ("); }

// Recognises Jan 01, 2026 1:00:00 PM com.acme.Shop open: the next line has level and message.
bool is_jul_head(std::string_view line) {
  if (line.size() < 24 || !is_upper(line[0]) || line[3] != ' ' || !is_digit(line[4])) return false;
  const size_t comma = line.find(", ");
  if (comma == std::string_view::npos || comma > 6) return false;
  const size_t half = std::min(line.find(" AM "), line.find(" PM "));
  return half != std::string_view::npos && half < 26 &&
         line.substr(half + 4).find_first_of(".") != std::string_view::npos;
}

bool is_jul_message(std::string_view line) {
  for (const std::string_view level :
       {"SEVERE: ", "WARNING: ", "INFO: ", "CONFIG: ", "FINE: ", "FINER: ", "FINEST: "}) {
    if (line.starts_with(level)) return true;
  }
  return false;
}

// Recognises the java.util.logging levels that is_at_least_warn accepts.
bool says_jul_error(std::string_view line) {
  return line.starts_with("SEVERE: ") || line.starts_with("WARNING: ");
}

bool is_at_least_warn(std::string_view level) {
  return level == "warn" || level == "error" || level == "critical" || level == "fatal";
}

constexpr std::string_view kTraceback = "Traceback (most recent call last)";

// Recognises the text between two tracebacks of one error.
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

// Recognises what follows in a panic of Go: `main.(*T).f(0x1, {0x2, 0x3})` and such.
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

void BlockRules::begin(std::string_view line, std::string_view level) {
  lines_ = 1;
  has_stack_ = is_stack_line(line);
  kind_ = begins_panic(line) ? Kind::kGo : begins_rust_panic(line) ? Kind::kRust : Kind::kNone;
  is_error_ = is_at_least_warn(level);
  is_jul_ = is_jul_head(line);
  may_be_caused_ = line.starts_with("Error: ");
  traceback_ = chained_ = after_caret_ = false;
  last_blank_ = last_opens_ = message_next_ = false;
  open_braces_ = 0;
  note(line);
}

void BlockRules::note(std::string_view line) {
  const std::string_view text = without_margin(line);
  if (is_stack_line(line) || (kind_ == Kind::kGo && is_goroutine(line)) ||
      begins_rust_panic(line)) {
    has_stack_ = true;
  }
  if (line.starts_with(kTraceback)) traceback_ = true;
  if (is_elixir_error(text)) kind_ = Kind::kElixir;
  if (line.starts_with("PHP Fatal error") || line.starts_with("Stack trace:") ||
      line.starts_with("[stacktrace]") || is_numbered_frame(line) || is_ruby_frame(line)) {
    kind_ = Kind::kRubyOrPhp;
  }
  if (says_level_next() && says_jul_error(line)) is_error_ = true;
  message_next_ = begins_rust_panic(line) && line.ends_with(':');
  if (!is_blank_line(line)) chained_ = has_stack_ && chains_tracebacks(line);
  if (text.ends_with('{') || text.ends_with('[')) ++open_braces_;
  if (open_braces_ > 0 && (text.starts_with('}') || text.starts_with(']'))) --open_braces_;
  if (!text.empty() && text.find_first_not_of('^') == std::string_view::npos) after_caret_ = true;
  last_blank_ = text.empty();
  last_opens_ = opens_dump(text);
}

// Recognises lines at the left margin within a trace of each language.
bool BlockRules::goes_on_with_trace(std::string_view line) const {
  const auto begins_with_any = [&](std::initializer_list<std::string_view> heads) {
    return std::any_of(heads.begin(), heads.end(),
                       [&](std::string_view head) { return line.starts_with(head); });
  };
  if (is_numbered_frame(line) || is_ruby_frame(line)) return true;
  if (has_stack_ && line.starts_with("--- End of ")) return true;  // .NET
  switch (kind_) {
    case Kind::kGo:
      return goes_on_with_panic(line);
    case Kind::kRust:
      return message_next_ ||
             begins_with_any({"note: run with `RUST_BACKTRACE",
                              "stack backtrace:", "note: Some details are omitted"});
    case Kind::kRubyOrPhp:
      return begins_with_any(
                 {"Stack trace:", "[stacktrace]", "[previous exception]", "\"}", "thrown in "}) ||
             (line.starts_with("Next ") && is_exception(line.substr(5)));
    case Kind::kElixir:
      return begins_with_any({"Last message", "State: ", "Client ", "Initial Call:", "Ancestors:",
                              "Message Queue", "Messages: ", "Links: "});
    case Kind::kNone:
      break;
  }
  if (may_be_caused_ && begins_with_any({"Stack backtrace:", "Location:"})) return true;  // anyhow
  if (!is_error_ || has_stack_) return false;
  // These count once, below a header with an error.
  return is_elixir_error(line) || line.starts_with(kTraceback) || is_exception(line) ||
         begins_with_any({"Stack trace:", "[stacktrace]"});
}

bool BlockRules::looks_like_more(std::string_view line) const {
  if (is_blank_line(line))
    return lines_ > 1 || open_braces_ > 0 || kind_ == Kind::kGo || may_be_caused_;
  if (is_jul_ && lines_ == 1) return is_jul_message(line);
  if (goes_on_with_trace(line)) return true;
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
