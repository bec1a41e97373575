// Which plain lines go on from the one before: stack traces and dumps of objects, as Java, .NET,
// Node, Python, Go, Rust, PHP, Ruby and Elixir print them, also when they die.
#pragma once

#include <optional>
#include <string_view>

#include "gotext/regex/go_regex.h"

namespace logsvc::agent {

class BlockRules {
 public:
  BlockRules() = default;
  // A container's own rule: lines that match begin a block, all others go on.
  explicit BlockRules(GoRegex first_line) : first_line_(std::move(first_line)) {}

  // A line that begins a block, and the level it says: below an error the name of an exception
  // goes on.
  void begin(std::string_view line, std::string_view level = {});
  // Whether the line belongs to the block; remembers it if so.
  bool goes_on(std::string_view line);
  // The block holds a stack trace.
  bool has_stack() const { return has_stack_; }
  // The first line says no level because the second does (java.util.logging).
  bool says_level_next() const { return is_jul_ && lines_ == 2; }

 private:
  bool looks_like_more(std::string_view line) const;
  bool goes_on_with_trace(std::string_view line) const;
  void note(std::string_view line);

  // What died, of which the next lines have their own forms.
  enum class Kind { kNone, kGo, kRust, kRubyOrPhp, kElixir };

  std::optional<GoRegex> first_line_;
  size_t lines_ = 0;
  Kind kind_ = Kind::kNone;
  bool is_error_ = false;  // the first line (of java.util.logging: the second) says warn or worse
  bool is_jul_ = false;    // the first line is java.util.logging's, without level and message
  bool may_be_caused_ = false;  // Rust's `Error: …`: a blank line and `Caused by:` may come
  bool has_stack_ = false;
  bool traceback_ = false;     // of Python: one line at the left margin still belongs to it
  bool chained_ = false;       // of Python: another traceback of the same error comes
  bool message_next_ = false;  // of Rust: the message stands below `panicked at`
  bool after_caret_ = false;   // Node showed the place; the error comes
  bool last_blank_ = false;
  bool last_opens_ = false;  // the last line begins an inspected object
  int open_braces_ = 0;      // of an inspected object
};

}  // namespace logsvc::agent
