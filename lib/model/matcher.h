// Tests a stream label: name = "value", !=, =~, !~. It is a value and safe to share.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"
#include "model/label_set.h"

namespace re2 {
class RE2;
}

namespace logsvc {

enum class MatchType { kEqual, kNotEqual, kRegex, kNotRegex };

class Matcher {
 public:
  // Regular expressions are RE2, anchored at both ends, and a dot matches a newline (as in Loki's
  // stream matchers). Returns kInvalid with Go's wording if the expression does not compile.
  static Result<Matcher> make(MatchType type, std::string name, std::string value);

  MatchType type() const { return type_; }
  const std::string& name() const { return name_; }
  const std::string& value() const { return value_; }

  // Returns whether the value matches; an absent label counts as the empty string.
  bool matches(std::string_view value) const;
  bool matches_empty() const { return matches(std::string_view()); }
  // Returns name="value", quoted as in a query.
  std::string to_string() const;

 private:
  Matcher() = default;
  MatchType type_ = MatchType::kEqual;
  std::string name_;
  std::string value_;
  std::shared_ptr<const re2::RE2> regex_;
};

// Returns whether all matchers hold for the labels.
bool matches_all(std::span<const Matcher> matchers, const LabelSet& labels);

}  // namespace logsvc
