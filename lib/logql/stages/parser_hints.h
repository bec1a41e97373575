// What the rest of a pipeline needs from its parsers. Loki finds less than a parser could, and
// drops entries before a filter is reached; both show in answers, so we do the same.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "logql/stages/condition.h"
#include "logql/syntax/ast.h"

namespace logsvc::logql {

// What a metric query makes of the labels.
struct SampleUse {
  std::vector<std::string> groups;
  bool without = false;
  bool one_series = false;  // no grouping keeps any label
  std::string unwrap;       // the label with the value; empty: lines count
  const std::vector<std::unique_ptr<LabelFilter>>* after_unwrap = nullptr;
  bool needs_line = false;  // the size of the line is the value
};

struct ParserHints {
  bool no_labels = false;             // parsers do nothing, so they cannot fail either
  std::vector<std::string> required;  // empty: all labels
  bool preserve_error = false;        // the query asks for __error__
  // Label filters that are evaluated as soon as a parser stores the label.
  struct Early {
    std::string name;
    std::unique_ptr<Condition> condition;
  };
  std::vector<Early> early;
};

// use is nullptr for a log query. kInvalid for a stage that cannot be built.
Result<ParserHints> make_parser_hints(const std::vector<const Stage*>& stages,
                                      const SampleUse* use);

}  // namespace logsvc::logql
