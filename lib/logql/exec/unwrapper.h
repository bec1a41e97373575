// Implements `| unwrap`: a label of an entry as a number, and the label filters after it.
#pragma once

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "gotext/units.h"
#include "logql/stages/pipeline.h"
#include "logql/syntax/ast.h"

namespace logsvc::logql {

// What an entry gives: no sample, a number, or a failure that is kept as an error.
enum class Unwrapped { kNothing, kNumber, kFailure };

class Unwrapper {
 public:
  static Result<Unwrapper> compile(const Unwrap& unwrap) {
    Unwrapper out;
    out.name_ = unwrap.name;
    out.conversion_ = unwrap.conversion;
    for (const auto& filter : unwrap.filters) {
      ASSIGN_OR_RETURN(auto compiled, compile_label_filter(*filter));
      out.filters_.push_back(std::move(compiled));
    }
    return out;
  }

  // Sets the error of a failure in `state`.
  Unwrapped value(LabelState& state, std::string_view line, double& out) const {
    const std::string_view* text = state.find(name_);
    if (!text || text->empty()) return Unwrapped::kNothing;
    const Result<double> number = convert(*text);
    out = number.ok() ? *number : 0;
    if (!number.ok()) state.set_error(kFailureError, number.error().message);
    for (const auto& filter : filters_) {
      if (!filter->process(0, line, state)) return Unwrapped::kNothing;
    }
    return number.ok() ? Unwrapped::kNumber : Unwrapped::kFailure;
  }
  const std::string& name() const { return name_; }
  Result<double> convert(std::string_view text) const {
    if (conversion_ == Unwrap::Conversion::kBytes) return to_bytes(text);
    if (conversion_ == Unwrap::Conversion::kNumber) return to_number(text);
    return to_seconds(text);
  }
  // Whether the filters after the unwrap let this error pass, if they look at errors alone.
  bool keeps(std::string_view error) const {
    static const LabelSet kNoLabels;
    LabelState state;
    state.reset(kNoLabels, {});
    if (!error.empty()) state.set_error(error, "");
    std::string_view line;
    return std::all_of(filters_.begin(), filters_.end(),
                       [&](const auto& filter) { return filter->process(0, line, state); });
  }
  // Asks the same for values that are not numbers.
  bool keeps_failures() const { return keeps(kFailureError); }

 private:
  static constexpr const char* kFailureError = "SampleExtractionErr";

  std::string name_;
  Unwrap::Conversion conversion_ = Unwrap::Conversion::kNumber;
  std::vector<std::unique_ptr<CompiledStage>> filters_;
};

}  // namespace logsvc::logql
