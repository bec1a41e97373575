// The selector of a match stage: {label="value", …} and line filters |= != |~ !~ "text".
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "gotext/regex/go_regex.h"
#include "model/label_set.h"
#include "model/matcher.h"

namespace logsvc::agent {

class Selector {
 public:
  // Returns kInvalid in Promtail's wording ("parse error at line 1, col 9: syntax error: …").
  static Result<Selector> parse(std::string_view text);
  // Treats an absent label as empty. Filters are not anchored.
  bool matches(const Labels& labels, std::string_view line) const;

 private:
  struct LineFilter {
    bool wanted = true;
    bool is_regex = false;
    std::string text;
    GoRegex regex;
  };
  friend class SelectorParser;
  std::vector<Matcher> matchers_;
  std::vector<LineFilter> filters_;
};

}  // namespace logsvc::agent
