// The stages of a log query, compiled: an entry goes in, passes or not, changed or not.
// Line filters run before the stages in front of which they may move (label filters, line_format
// and unpack are barriers), as in Loki. Not safe from several threads at once: stages keep buffers.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "logql/stages/label_state.h"
#include "logql/syntax/ast.h"

namespace logsvc::logql {

class CompiledStage {
 public:
  virtual ~CompiledStage() = default;
  // False: the entry is left out. The line may be replaced by bytes that live until the next call.
  virtual bool process(Timestamp timestamp, std::string_view& line, LabelState& labels) = 0;
};

class Pipeline {
 public:
  // Borrows the stages' strings for the call alone. kInvalid with Loki's text for a stage that
  // cannot be built (a template that does not parse).
  static Result<Pipeline> compile(const std::vector<Stage>& stages);

  bool process(Timestamp timestamp, std::string_view& line, LabelState& labels) const {
    for (const auto& stage : stages_) {
      if (!stage->process(timestamp, line, labels)) return false;
    }
    return true;
  }
  // Byte strings that every line that passes contains.
  const std::vector<std::string>& must_contain() const { return must_contain_; }
  // No stage looks at or changes labels.
  bool lines_only() const { return lines_only_; }

 private:
  std::vector<std::unique_ptr<CompiledStage>> stages_;
  std::vector<std::string> must_contain_;
  bool lines_only_ = true;
};

Result<std::unique_ptr<CompiledStage>> compile_line_filter(const LineFilter& filter);
Result<std::unique_ptr<CompiledStage>> compile_label_filter(const LabelFilter& filter);
Result<std::unique_ptr<CompiledStage>> compile_line_format(const LineFormatStage& stage);
Result<std::unique_ptr<CompiledStage>> compile_label_format(const LabelFormatStage& stage);
std::unique_ptr<CompiledStage> compile_json();
std::unique_ptr<CompiledStage> compile_logfmt(const LogfmtStage& stage);
Result<std::unique_ptr<CompiledStage>> compile_regexp(const RegexpStage& stage);
std::unique_ptr<CompiledStage> compile_decolorize();
std::unique_ptr<CompiledStage> compile_drop(const DropStage& stage);
std::unique_ptr<CompiledStage> compile_keep(const KeepStage& stage);

}  // namespace logsvc::logql
