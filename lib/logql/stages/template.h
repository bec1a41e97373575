// Text with {{.field}} in it, as line_format and label_format take. This release knows fields,
// __line__ and __timestamp__; anything else is refused with a clear error.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "logql/stages/label_state.h"

namespace logsvc::logql {

class Template {
 public:
  // kInvalid with Loki's wording for an action that is not closed.
  static Result<Template> parse(std::string_view text);
  // Appends the output.
  void render(Timestamp timestamp, std::string_view line, const LabelState& labels,
              std::string& out) const;

 private:
  enum class Kind { kText, kField, kLine, kTimestamp };
  struct Part {
    Kind kind;
    std::string text;
  };
  std::vector<Part> parts_;
};

}  // namespace logsvc::logql
