// Conditions on the fields of a line: with them a query engine tells a source which entries it
// wants, beside conditions on the bytes of their lines (line_predicate.h).
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace logsvc {

// Finds fields in a line, as `| json` and `| logfmt` do.
struct FieldParser {
  enum class Kind { kJson, kLogfmt };
  Kind kind = Kind::kJson;
  bool strict = false;      // kLogfmt: nothing is found after an error
  bool keep_empty = false;  // kLogfmt: empty values count

  bool operator==(const FieldParser&) const = default;
};

// A condition on what a parser finds in a line under a name, as the parser names it (JSON: nested
// keys joined with _). Of several values the first counts.
struct FieldPredicate {
  std::string name;
  // Whether an entry may be wanted in which the parser finds this value; nullopt means that it
  // finds none. Called from several threads.
  std::function<bool(std::optional<std::string_view>)> may_pass;
};

}  // namespace logsvc
