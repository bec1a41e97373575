// Decides which plain lines continue the previous one: stack traces and dumps of objects, as Java,
// .NET, Node, Python, Go, Rust, PHP, Ruby and Elixir print them, also when they crash.
#pragma once

#include <optional>
#include <string_view>

#include "gotext/regex/go_regex.h"

namespace logsvc::agent {

class BlockRules {
 public:
  BlockRules() = default;
  // Uses a container's own rule: matching lines begin a block, all others continue it.
  explicit BlockRules(GoRegex first_line) : first_line_(std::move(first_line)) {}

  // Begins a block with a line and its level: after an error, an exception's name continues the
  // block.
  void begin(std::string_view line, std::string_view level = {});
  // Returns whether the line belongs to the block, and remembers it if so.
  bool goes_on(std::string_view line);
  // Returns whether the block holds a stack trace.
  bool has_stack() const { return has_stack_; }
  // Returns whether the level is in the second line (java.util.logging).
  bool says_level_next() const { return is_jul_ && lines_ == 2; }

 private:
  bool looks_like_more(std::string_view line) const;
  bool goes_on_with_trace(std::string_view line) const;
  void note(std::string_view line);

  // The crash whose next lines have special forms.
  enum class Kind { kNone, kGo, kRust, kRubyOrPhp, kElixir };

  std::optional<GoRegex> first_line_;
  size_t lines_ = 0;
  Kind kind_ = Kind::kNone;
  bool is_error_ = false;  // the first line (java.util.logging: the second) says warn or worse
  bool is_jul_ = false;    // the first line is from java.util.logging, without level and message
  bool may_be_caused_ = false;  // in Rust, a blank line and `Caused by:` may follow `Error: …`
  bool has_stack_ = false;
  bool traceback_ = false;     // in Python, one line at the left margin still belongs to it
  bool chained_ = false;       // in Python, another traceback of the same error follows
  bool message_next_ = false;  // in Rust, the message is below `panicked at`
  bool after_caret_ = false;   // Node showed the place; the error follows
  bool last_blank_ = false;
  bool last_opens_ = false;  // the last line begins an inspected object
  int open_braces_ = 0;      // in an inspected object
};

}  // namespace logsvc::agent
