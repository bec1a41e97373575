// Turns label filters into conditions on the fields that a parser finds: hints for a source of
// entries.
#pragma once

#include <optional>
#include <vector>

#include "logql/syntax/ast.h"
#include "model/log_source.h"

namespace logsvc::logql {

// Returns conditions that hold for every entry that passes the filter, if the filter stands after a
// parser and nothing between them changes labels. The filter has to compile.
std::vector<FieldPredicate> field_predicates_of(const LabelFilter& filter);

// Returns the parser that the stage is, if it finds all fields of a line and a source may know it.
std::optional<FieldParser> field_parser_of(const Stage& stage);

// Whether only a parser can give a label under the name of the field, if the entry has none
// already.
bool is_plain_field(std::string_view name);

}  // namespace logsvc::logql
