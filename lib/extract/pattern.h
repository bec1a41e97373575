// Matches the patterns of `| pattern` and |>: literal text and <captures>. It follows Loki 3.7.6.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace logsvc::extract {

class Pattern {
 public:
  // Returns kInvalid for an empty pattern.
  static Result<Pattern> parse(std::string_view text);
  // Checks what a parser needs: a named capture, no two captures side by side, no name twice.
  Status check_parser() const;
  // Checks what a line filter needs: captures without names, no two side by side.
  Status check_filter() const;

  // Visits the named captures of the line from left to right; `visit` returns false to stop.
  void captures(
      std::string_view line,
      const std::function<bool(const std::string& name, std::string_view value)>& visit) const;
  // Returns the literal texts: a line that passes a line filter has each of them.
  std::vector<std::string> literals() const;
  // Returns whether a line filter with the pattern lets the line pass.
  bool passes(std::string_view line) const;

 private:
  struct Part {
    bool capture = false;
    std::string text;  // literal, or name; "_" is a capture without one
    bool named() const { return capture && text != "_"; }
    std::string written() const { return capture ? "<" + text + ">" : text; }
  };
  Status check_consecutive() const;
  std::vector<Part> parts_;
};

}  // namespace logsvc::extract
