// Conditions on the fields of a line: what a query engine tells a source of the entries it wants,
// beside the bytes of their lines (line_predicate.h).
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace logsvc {

// What finds fields in a line, as `| json` and `| logfmt` do.
struct FieldParser {
  enum class Kind { kJson, kLogfmt };
  Kind kind = Kind::kJson;
  bool strict = false;      // kLogfmt: nothing is found behind a fault
  bool keep_empty = false;  // kLogfmt: an empty value is one

  bool operator==(const FieldParser&) const = default;
};

// A condition on what a parser finds in a line under a name, as the parser names it (JSON: nested
// keys joined with _); of several values the first.
struct FieldPredicate {
  std::string name;
  // Whether an entry may be wanted in which the parser finds this value; nullopt: in which it finds
  // none. Called from several threads.
  std::function<bool(std::optional<std::string_view>)> may_pass;
};

}  // namespace logsvc
