// Tests texts as the line filters and label filters of Loki do, which do not always run the regular
// expression they are given. Where it comes down to literals, they look for those instead, and then
// anchors and `.*` between literals no longer count. The same rewriting here gives the same
// answers.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "gotext/regex/go_regex.h"

namespace logsvc::logql {

// Is one test of a text.
struct TextTest {
  enum class Kind { kNonEmpty, kContains, kEquals };
  Kind kind = Kind::kContains;
  std::string text;   // lower-cased if `fold`
  bool fold = false;  // letters match in either case
  bool passes(std::string_view value) const;
};

// Holds a regular expression as literals, any of which is enough, or as itself.
class TextRegex {
 public:
  // is_label says that it is for a label filter, which is anchored; a line filter matches anywhere.
  // Returns kInvalid as GoRegex does.
  static Result<TextRegex> compile(std::string_view expression, bool is_label);
  // Returns whether every text passes, so that nothing is tested.
  bool always() const { return tests_ && tests_->empty(); }
  bool matches(std::string_view value) const;
  // Returns the tests, unless the expression itself is run; they are empty if always().
  const std::optional<std::vector<TextTest>>& tests() const { return tests_; }

 private:
  std::optional<std::vector<TextTest>> tests_;
  std::optional<GoRegex> regex_;  // if there are no tests
};

}  // namespace logsvc::logql
