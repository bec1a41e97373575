#include "model/line_test.h"

#include <algorithm>
#include <cstring>

#include "base/any_case.h"

namespace logsvc {

bool passes(const LineTest& test, std::string_view line) {
  const auto holds = [&](const LineTest& part) { return passes(part, line); };
  switch (test.kind) {
    case LineTest::Kind::kContains:
      if (test.any_case) return find_any_case(line, test.text) != std::string_view::npos;
      return test.text.empty() ||
             memmem(line.data(), line.size(), test.text.data(), test.text.size()) != nullptr;
    case LineTest::Kind::kAllOf:
      return std::all_of(test.parts.begin(), test.parts.end(), holds);
    case LineTest::Kind::kAnyOf:
      return std::any_of(test.parts.begin(), test.parts.end(), holds);
    case LineTest::Kind::kNoneOf:
      return std::none_of(test.parts.begin(), test.parts.end(), holds);
  }
  return true;
}

}  // namespace logsvc
