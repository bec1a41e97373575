#include "logql/stages/pipeline.h"

namespace logsvc::logql {
namespace {

bool is_barrier(const Stage& stage) {
  return std::holds_alternative<std::unique_ptr<LabelFilter>>(stage) ||
         std::holds_alternative<LineFormatStage>(stage);
}

// The stages in the order they run.
std::vector<const Stage*> execution_order(const std::vector<Stage>& stages) {
  std::vector<const Stage*> out, held;
  const auto release = [&] {
    out.insert(out.end(), held.begin(), held.end());
    held.clear();
  };
  for (const Stage& stage : stages) {
    if (std::holds_alternative<LineFilter>(stage)) {
      out.push_back(&stage);
      continue;
    }
    held.push_back(&stage);
    if (is_barrier(stage)) release();
  }
  release();
  return out;
}

struct Compile {
  Result<std::unique_ptr<CompiledStage>> operator()(const LineFilter& s) const {
    return compile_line_filter(s);
  }
  Result<std::unique_ptr<CompiledStage>> operator()(const std::unique_ptr<LabelFilter>& s) const {
    return compile_label_filter(*s);
  }
  Result<std::unique_ptr<CompiledStage>> operator()(const JsonStage&) const {
    return compile_json();
  }
  Result<std::unique_ptr<CompiledStage>> operator()(const LogfmtStage& s) const {
    return compile_logfmt(s);
  }
  Result<std::unique_ptr<CompiledStage>> operator()(const RegexpStage& s) const {
    return compile_regexp(s);
  }
  Result<std::unique_ptr<CompiledStage>> operator()(const LineFormatStage& s) const {
    return compile_line_format(s);
  }
  Result<std::unique_ptr<CompiledStage>> operator()(const LabelFormatStage& s) const {
    return compile_label_format(s);
  }
  Result<std::unique_ptr<CompiledStage>> operator()(const DecolorizeStage&) const {
    return compile_decolorize();
  }
  Result<std::unique_ptr<CompiledStage>> operator()(const DropStage& s) const {
    return compile_drop(s);
  }
  Result<std::unique_ptr<CompiledStage>> operator()(const KeepStage& s) const {
    return compile_keep(s);
  }
};

}  // namespace

Result<Pipeline> Pipeline::compile(const std::vector<Stage>& stages) {
  Pipeline out;
  bool line_unchanged = true;
  for (const Stage* stage : execution_order(stages)) {
    ASSIGN_OR_RETURN(auto compiled, std::visit(Compile{}, *stage));
    out.stages_.push_back(std::move(compiled));
    if (const auto* filter = std::get_if<LineFilter>(stage)) {
      if (line_unchanged && filter->op == LineFilterOp::kContains && filter->operands.size() == 1 &&
          !filter->operands[0].empty()) {
        out.must_contain_.push_back(filter->operands[0]);
      }
      continue;
    }
    out.lines_only_ = false;
    if (std::holds_alternative<LineFormatStage>(*stage) ||
        std::holds_alternative<DecolorizeStage>(*stage)) {
      line_unchanged = false;
    }
  }
  return out;
}

}  // namespace logsvc::logql
