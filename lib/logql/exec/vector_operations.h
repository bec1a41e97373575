// Aggregations over series and arithmetic between them, step by step.
#pragma once

#include "base/result.h"
#include "gotext/regex/go_regex.h"
#include "logql/exec/step_series.h"
#include "logql/syntax/ast.h"

namespace logsvc::logql {

StepVector aggregate(const VectorAggregation& aggregation, StepVector input, size_t steps);

// The regex is that of the operation, anchored. kInvalid if a value gets too long.
Result<StepVector> replace_labels(const LabelReplace& operation, const GoRegex& regex,
                                  StepVector input);

// A number on one side. `scalar_left`: which side it is.
StepVector apply_scalar(const BinaryOperation& operation, StepVector input, double scalar,
                        bool scalar_left);

// kUnprocessable with Loki's text for many-to-many matches.
Result<StepVector> apply_vectors(const BinaryOperation& operation, const StepVector& left,
                                 const StepVector& right, size_t steps);

}  // namespace logsvc::logql
