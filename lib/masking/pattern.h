// A rule's own regular expression.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "gotext/regex/go_regex.h"
#include "masking/finder.h"
#include "masking/rule.h"

namespace logsvc::masking {

// It never changes once it is compiled; safe to use from several threads.
class Pattern {
 public:
  // Returns kInvalid: what Go says of the expression, or that it matches the empty text.
  static Result<Pattern> compile(const Rule& rule);

  // Appends the matches, from left to right. Takes no memory where there is none, unless the line
  // is not UTF-8.
  void find(std::string_view text, size_t rule, std::vector<Hit>& hits) const;
  // Returns whether the replacement has $1 or ${name}, so that it differs from match to match.
  bool has_groups() const { return has_groups_; }
  // Returns what takes the place of the match at `at`.
  std::string replacement_at(std::string_view text, size_t at) const;
  // Returns a text that every match has; may be empty.
  const std::string& literal() const { return literal_; }

 private:
  explicit Pattern(GoRegex regex) : regex_(std::move(regex)) {}

  GoRegex regex_;
  std::string literal_;
  std::string replacement_;
  bool has_groups_ = false;
};

}  // namespace logsvc::masking
