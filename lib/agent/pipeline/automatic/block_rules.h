// Which plain lines go on from the one before: stack traces, dumps of objects, what Node and
// Go print when they die.
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

  // A line that begins a block.
  void begin(std::string_view line);
  // Whether the line belongs to the block; remembers it if so.
  bool goes_on(std::string_view line);
  // The block holds a stack trace.
  bool has_stack() const { return has_stack_; }

 private:
  bool looks_like_more(std::string_view line) const;
  void note(std::string_view line);

  std::optional<GoRegex> first_line_;
  size_t lines_ = 0;
  bool has_stack_ = false;
  bool traceback_ = false;    // of Python: one line at the left margin still belongs to it
  bool chained_ = false;      // of Python: another traceback of the same error comes
  bool panic_ = false;        // of Go
  bool after_caret_ = false;  // Node showed the place; the error comes
  bool last_blank_ = false;
  bool last_opens_ = false;  // the last line begins an inspected object
  int open_braces_ = 0;      // of an inspected object
};

}  // namespace logsvc::agent
