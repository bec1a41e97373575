// A label filter, compiled.
#pragma once

#include <memory>

#include "base/result.h"
#include "logql/stages/label_state.h"
#include "logql/syntax/ast.h"

namespace logsvc::logql {

class Condition {
 public:
  virtual ~Condition() = default;
  // It may leave an error in the labels (a value that is not a number).
  virtual bool holds(LabelState& labels) = 0;
};

// Whether its regular expression matches everything: Loki leaves such a filter out.
bool always_holds(const LabelFilter& filter);

// kInvalid for what cannot be built: "ip: invalid pattern: …".
Result<std::unique_ptr<Condition>> compile_condition(const LabelFilter& filter);

}  // namespace logsvc::logql
