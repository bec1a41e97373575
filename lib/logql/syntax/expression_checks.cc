#include "logql/syntax/expression_checks.h"

#include <cstdio>
#include <utility>

#include "logql/syntax/lexer.h"
#include "logql/syntax/printer.h"

namespace logsvc::logql {
namespace {

bool needs_unwrap(RangeOp op) { return op >= RangeOp::kSum; }
bool allows_unwrap(RangeOp op) {
  return needs_unwrap(op) || op == RangeOp::kRate || op == RangeOp::kAbsent;
}
bool allows_grouping(RangeOp op) {
  return op == RangeOp::kAvg || op == RangeOp::kStddev || op == RangeOp::kStdvar ||
         op == RangeOp::kQuantile || op == RangeOp::kMax || op == RangeOp::kMin ||
         op == RangeOp::kFirst || op == RangeOp::kLast;
}

std::string number_text(double v) {
  char buffer[32];
  std::snprintf(buffer, sizeof buffer, "%.10g", v);
  return buffer;
}

}  // namespace

Status check_operands(const BinaryOperation& binary) {
  const bool set =
      binary.op == BinaryOp::kOr || binary.op == BinaryOp::kAnd || binary.op == BinaryOp::kUnless;
  const std::pair<const char*, const Expr*> sides[] = {{"left", binary.left.get()},
                                                       {"right", binary.right.get()}};
  for (const auto& [side, expr] : sides) {
    if (!expr->is_log()) continue;
    const bool bare = std::get<LogExpr>(expr->node).stages.empty();
    return parse_error(0, 0,
                       std::string("unexpected type for ") + side + " leg of binary operation (" +
                           binary.name + "): *syntax." + (bare ? "MatchersExpr" : "PipelineExpr"));
  }
  for (const auto& [side, expr] : sides) {
    const auto* literal = std::get_if<Literal>(&expr->node);
    if (!literal || !set) continue;
    char value[400];
    std::snprintf(value, sizeof value, "%f", literal->value);
    return parse_error(0, 0,
                       std::string("unexpected literal for ") + side +
                           " leg of logical/set binary operation (" + binary.name + "): " + value);
  }
  return {};
}

Status check_range_aggregation(const RangeAggregation& a) {
  if (a.op == RangeOp::kQuantile && !a.parameter) {
    return parse_error(0, 0, "parameter required for operation " + a.name);
  }
  if (a.op != RangeOp::kQuantile && a.parameter) {
    return parse_error(
        0, 0, "parameter " + number_text(*a.parameter) + " not supported for operation " + a.name);
  }
  if (a.grouping.given && !allows_grouping(a.op)) {
    return parse_error(0, 0, "grouping not allowed for " + a.name + " aggregation");
  }
  if (needs_unwrap(a.op) && !a.unwrap) {
    return parse_error(0, 0, "invalid aggregation " + a.name + " without unwrap");
  }
  if (a.unwrap && !allows_unwrap(a.op)) {
    return parse_error(0, 0, "invalid aggregation " + a.name + " with unwrap");
  }
  return {};
}

Status check_vector_aggregation(const VectorAggregation& a, const std::string* parameter) {
  const bool takes_k = takes_count(a.op);
  const std::string call = a.name + "(" + (parameter ? *parameter : "");
  if (takes_k && !parameter) {
    return parse_error(0, 0, "parameter required for operation " + a.name);
  }
  // Go's Atoi takes only digits.
  if (takes_k &&
      (parameter->find_first_not_of("0123456789") != std::string::npos || a.parameter > 9.2e18)) {
    return parse_error(0, 0, "invalid parameter " + call + ",");
  }
  if (takes_k && a.parameter <= 0) {
    return parse_error(0, 0, "invalid parameter (must be greater than 0) " + call);
  }
  if (!takes_k && parameter) {
    return parse_error(0, 0, "unsupported parameter for operation " + call + ",");
  }
  if (a.op == VectorOp::kApproxTopk && a.grouping.given) {
    return parse_error(0, 0, "grouping not allowed for approx_topk aggregation");
  }
  if ((a.op == VectorOp::kSort || a.op == VectorOp::kSortDesc) && !a.grouping.names.empty()) {
    return parse_error(0, 0, "sort and sort_desc doesn't allow grouping by ");
  }
  return {};
}

}  // namespace logsvc::logql
