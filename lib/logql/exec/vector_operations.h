// Aggregations over series and arithmetic between them, step by step.
#pragma once

#include "base/result.h"
#include "gotext/regex/go_regex.h"
#include "logql/exec/step_series.h"
#include "logql/syntax/ast.h"

namespace logsvc::logql {

// All of them hold the memory of their results in the context, and give back that of what they take
// by value; errors are the context's and those named.

Result<StepVector> aggregate(const VectorAggregation& aggregation, StepVector input, size_t steps,
                             ExecContext& context);

// The regex is the operation's, anchored. kInvalid if a value gets too long.
Result<StepVector> replace_labels(const LabelReplace& operation, const GoRegex& regex,
                                  StepVector input, ExecContext& context);

// One side is a number; `scalar_left` says which one.
StepVector apply_scalar(const BinaryOperation& operation, StepVector input, double scalar,
                        bool scalar_left);

// kUnprocessable with Loki's text for many-to-many matches.
Result<StepVector> apply_vectors(const BinaryOperation& operation, StepVector left,
                                 StepVector right, size_t steps, ExecContext& context);

}  // namespace logsvc::logql
