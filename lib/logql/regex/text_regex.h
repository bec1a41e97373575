// Line filters and label filters of Loki do not always run the regular expression they are given:
// where it comes down to literals, those are looked for instead, and then anchors and `.*` between
// literals no longer count. Same rewriting, same answers.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "gotext/regex/go_regex.h"

namespace logsvc::logql {

// One test of a text.
struct TextTest {
  enum class Kind { kNonEmpty, kContains, kEquals };
  Kind kind = Kind::kContains;
  std::string text;   // lower-cased if `fold`
  bool fold = false;  // in either case
  bool passes(std::string_view value) const;
};

// A regular expression as literals, any of which is enough, or as itself.
class TextRegex {
 public:
  // is_label: a label filter, anchored; else a line filter, found anywhere. kInvalid as GoRegex.
  static Result<TextRegex> compile(std::string_view expression, bool is_label);
  // Nothing is tested at all.
  bool always() const { return tests_ && tests_->empty(); }
  bool matches(std::string_view value) const;
  // The tests, unless the expression is run; empty if always().
  const std::optional<std::vector<TextTest>>& tests() const { return tests_; }

 private:
  std::optional<std::vector<TextTest>> tests_;
  std::optional<GoRegex> regex_;  // if there are no tests
};

}  // namespace logsvc::logql
