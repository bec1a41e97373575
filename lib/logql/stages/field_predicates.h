// Label filters as conditions on the fields that a parser finds: hints for a source of entries.
#pragma once

#include <optional>
#include <vector>

#include "logql/syntax/ast.h"
#include "model/log_source.h"

namespace logsvc::logql {

// Conditions that hold for every entry that passes the filter, if the filter stands behind a parser
// and nothing between them changes labels. The filter compiles.
std::vector<FieldPredicate> field_predicates_of(const LabelFilter& filter);

// The parser that the stage is, if it gives all fields of a line and a source may know it.
std::optional<FieldParser> field_parser_of(const Stage& stage);

// A label that a parser alone can give under the name of the field, if the entry has none already.
bool is_plain_field(std::string_view name);

}  // namespace logsvc::logql
