// Names of operations.
#pragma once

#include <optional>
#include <string>

#include "logql/syntax/ast.h"

namespace logsvc::logql {

// Finds an operation by its name in a query; nullopt if there is none of that name.
std::optional<RangeOp> find_range_op(const std::string& name);
std::optional<VectorOp> find_vector_op(const std::string& name);

struct BinaryOperator {
  BinaryOp op;
  int precedence;  // from 1; higher ones bind first
};
std::optional<BinaryOperator> find_operator(const std::string& symbol);

}  // namespace logsvc::logql
