// A tree of conditions on the bytes of a line: with it a query engine tells a source which lines it
// wants. Plain data; the functions are pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace logsvc {

struct LinePredicate {
  enum class Kind {
    kContains,  // text is somewhere in the line
    kAllOf,     // all parts hold; without parts every line passes
    kAnyOf,     // one of the parts holds
    kNoneOf,    // none of the parts holds
  };
  Kind kind = Kind::kAllOf;
  std::string text;
  std::vector<LinePredicate> parts;
  bool any_case = false;  // ASCII letters in either case; text has the lower one

  static LinePredicate contains(std::string text) { return {Kind::kContains, std::move(text), {}}; }
  // lower has to be in lower case.
  static LinePredicate contains_any_case(std::string lower) {
    return {Kind::kContains, std::move(lower), {}, true};
  }
  static LinePredicate all_of(std::vector<LinePredicate> parts) {
    return {Kind::kAllOf, {}, std::move(parts)};
  }
  static LinePredicate any_of(std::vector<LinePredicate> parts) {
    return {Kind::kAnyOf, {}, std::move(parts)};
  }
  static LinePredicate none_of(std::vector<LinePredicate> parts) {
    return {Kind::kNoneOf, {}, std::move(parts)};
  }

  // True if it says nothing: every line passes.
  bool is_trivial() const { return kind == Kind::kAllOf && parts.empty(); }
  bool operator==(const LinePredicate&) const = default;
};

bool passes(const LinePredicate& test, std::string_view line);

}  // namespace logsvc
