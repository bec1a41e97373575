#include "logql/exec/metric_query.h"

#include <optional>

#include "logql/exec/range_aggregation.h"
#include "logql/exec/vector_operations.h"
#include "logql/syntax/pipeline_parser.h"

namespace logsvc::logql {
namespace {

Result<StepVector> constant(double value, size_t steps, ExecContext& context) {
  ASSIGN_OR_RETURN(StepSeries out, make_series({}, steps, context));
  for (size_t i = 0; i < steps; ++i) out.put(i, value);
  return StepVector{std::move(out)};
}

// Returns the value of an operand that is not a bare number.
Result<MetricValue> as_value(Result<StepVector> vector) {
  if (!vector.ok()) return vector.error();
  return MetricValue(std::move(*vector));
}

// A bare number cannot be aggregated; what Loki would spread over shards fails before the rest.
Error not_of_a_number(std::optional<VectorOp> op) {
  if (op == VectorOp::kSum || op == VectorOp::kAvg || op == VectorOp::kCount) {
    return check_matchers({}).error();
  }
  return {ErrorCode::kUnprocessable,
          "unexpected expr type (*syntax.LiteralExpr) for Evaluator type "
          "(*logql.DefaultEvaluator) "};
}

struct Evaluate {
  const Steps& steps;
  ExecContext& context;

  Result<MetricValue> operator()(const LogExpr&) const {
    return invalid("parse error : a log query cannot be an operand");
  }
  Result<MetricValue> operator()(const RangeAggregation& a) const {
    return as_value(run_range_aggregation(a, nullptr, steps, context));
  }
  Result<MetricValue> operator()(const VectorAggregation& a) const {
    const auto* range = std::get_if<RangeAggregation>(&a.inner->node);
    if (a.op == VectorOp::kSum && range && sums_by_sample(*range)) {
      ASSIGN_OR_RETURN(StepVector sums, run_range_aggregation(*range, &a.grouping, steps, context));
      return as_value(aggregate(a, std::move(sums), steps.count, context));
    }
    if (std::holds_alternative<Literal>(a.inner->node)) return not_of_a_number(a.op);
    ASSIGN_OR_RETURN(MetricValue inner, evaluate(*a.inner, steps, context));
    return as_value(aggregate(a, std::get<StepVector>(std::move(inner)), steps.count, context));
  }
  Result<MetricValue> operator()(const BinaryOperation& o) const {
    ASSIGN_OR_RETURN(MetricValue left, evaluate(*o.left, steps, context));
    ASSIGN_OR_RETURN(MetricValue right, evaluate(*o.right, steps, context));
    const double* l = std::get_if<double>(&left);
    const double* r = std::get_if<double>(&right);
    if (l && r) return MetricValue(apply_binary(o.op, *l, *r));
    if (l) return MetricValue(apply_scalar(o, std::get<StepVector>(std::move(right)), *l, true));
    if (r) return MetricValue(apply_scalar(o, std::get<StepVector>(std::move(left)), *r, false));
    return as_value(apply_vectors(o, std::get<StepVector>(std::move(left)),
                                  std::get<StepVector>(std::move(right)), steps.count, context));
  }
  Result<MetricValue> operator()(const LabelReplace& r) const {
    ASSIGN_OR_RETURN(const GoRegex regex, GoRegex::compile("^(?:" + r.regex + ")$"));
    if (std::holds_alternative<Literal>(r.inner->node)) return not_of_a_number({});
    ASSIGN_OR_RETURN(MetricValue inner, evaluate(*r.inner, steps, context));
    return as_value(replace_labels(r, regex, std::get<StepVector>(std::move(inner)), context));
  }
  Result<MetricValue> operator()(const Variants&) const {
    return invalid("multi variant queries are disabled for this instance");
  }
  Result<MetricValue> operator()(const Literal& literal) const {
    return MetricValue(literal.value);
  }
  Result<MetricValue> operator()(const VectorLiteral& v) const {
    return as_value(constant(v.value, steps.count, context));
  }
};

}  // namespace

Result<MetricValue> evaluate(const Expr& expr, const Steps& steps, ExecContext& context) {
  RETURN_IF_ERROR(context.check());
  return std::visit(Evaluate{steps, context}, expr.node);
}

bool contains_sort(const Expr& expr) {
  if (const auto* a = std::get_if<VectorAggregation>(&expr.node)) {
    return a->op == VectorOp::kSort || a->op == VectorOp::kSortDesc || contains_sort(*a->inner);
  }
  if (const auto* r = std::get_if<LabelReplace>(&expr.node)) return contains_sort(*r->inner);
  if (const auto* o = std::get_if<BinaryOperation>(&expr.node)) {
    return contains_sort(*o->left) || contains_sort(*o->right);
  }
  return false;
}

}  // namespace logsvc::logql
