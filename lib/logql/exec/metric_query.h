// Evaluates a metric expression on the steps of a query.
#pragma once

#include <variant>

#include "logql/exec/context.h"
#include "logql/exec/step_series.h"
#include "logql/syntax/ast.h"

namespace logsvc::logql {

// A number for literals, series for everything else.
using MetricValue = std::variant<double, StepVector>;

Result<MetricValue> evaluate(const Expr& expr, const Steps& steps, ExecContext& context);

// Whether sort or sort_desc is anywhere in it: then instant results keep their order.
bool contains_sort(const Expr& expr);

}  // namespace logsvc::logql
