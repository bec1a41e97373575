#include "model/line_predicate.h"

#include <algorithm>
#include <cstring>

#include "base/any_case.h"

namespace logsvc {

bool passes(const LinePredicate& test, std::string_view line) {
  const auto holds = [&](const LinePredicate& part) { return passes(part, line); };
  switch (test.kind) {
    case LinePredicate::Kind::kContains:
      if (test.any_case) return find_any_case(line, test.text) != std::string_view::npos;
      return test.text.empty() ||
             memmem(line.data(), line.size(), test.text.data(), test.text.size()) != nullptr;
    case LinePredicate::Kind::kAllOf:
      return std::all_of(test.parts.begin(), test.parts.end(), holds);
    case LinePredicate::Kind::kAnyOf:
      return std::any_of(test.parts.begin(), test.parts.end(), holds);
    case LinePredicate::Kind::kNoneOf:
      return std::none_of(test.parts.begin(), test.parts.end(), holds);
  }
  return true;
}

}  // namespace logsvc
