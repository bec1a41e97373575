// Finds what is wrong with an expression although it follows the grammar. Errors have Loki's texts.
#pragma once

#include <string>

#include "base/result.h"
#include "logql/syntax/ast.h"

namespace logsvc::logql {

// Log queries cannot be operands, and numbers cannot be operands of set operators.
Status check_operands(const BinaryOperation& binary);
Status check_range_aggregation(const RangeAggregation& aggregation);
// parameter is as written; nullptr if there is none.
Status check_vector_aggregation(const VectorAggregation& aggregation, const std::string* parameter);

}  // namespace logsvc::logql
