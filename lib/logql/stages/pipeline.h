// The compiled stages of a log query: an entry goes in, passes or not, changed or not. Line filters
// run before the stages in front of which they may move (label filters, line_format and unpack are
// barriers), as in Loki. Not safe from several threads at once: stages keep buffers.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/cancellation.h"
#include "base/result.h"
#include "logql/stages/label_state.h"
#include "logql/stages/parser_hints.h"
#include "logql/syntax/ast.h"
#include "model/log_source.h"

namespace logsvc::logql {

class CompiledStage {
 public:
  virtual ~CompiledStage() = default;
  // Returns false if the entry is left out. The line may be replaced by bytes that live until the
  // next call.
  virtual bool process(Timestamp timestamp, std::string_view& line, LabelState& labels) = 0;
};

class Pipeline {
 public:
  // Borrows the stages' strings only for the call. kInvalid with Loki's text for a stage that
  // cannot be built (a template that does not parse). use is the metric query's; nullptr for a log
  // query. Stages that may work long on one entry end early when the cancellation is requested;
  // what they return then must not be used.
  static Result<Pipeline> compile(const std::vector<Stage>& stages, const SampleUse* use = nullptr,
                                  const Cancellation& cancellation = {});

  // The labels stay tied to the pipeline until their next reset.
  bool process(Timestamp timestamp, std::string_view& line, LabelState& labels) const {
    labels.use(*hints_);
    for (const auto& stage : stages_) {
      if (!stage->process(timestamp, line, labels)) return false;
    }
    return true;
  }
  // Returns what the lines that pass have in common, as they are stored.
  const LinePredicate& lines() const { return lines_; }
  // Whether lines() says everything that the line filters say.
  bool lines_exact() const { return lines_exact_; }
  // Returns the first parser, if a source knows it.
  const FieldParser& parser() const { return parser_; }
  // Returns conditions on the fields it finds.
  const std::vector<FieldPredicate>& fields() const { return fields_; }
  // Whether there are only line filters, and lines() says everything that they say.
  bool only_line_predicate() const { return lines_only_ && lines_exact_; }
  // Whether no stage looks at or changes labels.
  bool lines_only() const { return lines_only_; }

 private:
  std::vector<std::unique_ptr<CompiledStage>> stages_;
  std::unique_ptr<const ParserHints> hints_;
  LinePredicate lines_;
  FieldParser parser_;
  std::vector<FieldPredicate> fields_;
  bool lines_only_ = true;
  bool lines_exact_ = true;
};

Result<std::unique_ptr<CompiledStage>> compile_line_filter(const LineFilter& filter);
// Returns what holds for every line that passes the filter (which compiles). exact is set if it
// holds for no other line.
LinePredicate line_predicate_of(const LineFilter& filter, bool& exact);
Result<std::unique_ptr<CompiledStage>> compile_label_filter(const LabelFilter& filter);
Result<std::unique_ptr<CompiledStage>> compile_line_format(const LineFormatStage& stage,
                                                           const Cancellation& cancellation);
Result<std::unique_ptr<CompiledStage>> compile_label_format(const LabelFormatStage& stage,
                                                            const Cancellation& cancellation);
Result<std::unique_ptr<CompiledStage>> compile_json(const JsonStage& stage);
Result<std::unique_ptr<CompiledStage>> compile_logfmt(const LogfmtStage& stage);
Result<std::unique_ptr<CompiledStage>> compile_pattern(const PatternStage& stage);
std::unique_ptr<CompiledStage> compile_unpack();
Result<std::unique_ptr<CompiledStage>> compile_regexp(const RegexpStage& stage);
std::unique_ptr<CompiledStage> compile_decolorize();
std::unique_ptr<CompiledStage> compile_drop(const DropStage& stage);
std::unique_ptr<CompiledStage> compile_keep(const KeepStage& stage);

}  // namespace logsvc::logql
