#include "logql/stages/pipeline.h"

#include <algorithm>

#include "logql/stages/field_predicates.h"
#include "logql/syntax/printer.h"

namespace logsvc::logql {
namespace {

bool is_barrier(const Stage& stage) {
  return std::holds_alternative<std::unique_ptr<LabelFilter>>(stage) ||
         std::holds_alternative<LineFormatStage>(stage) ||
         std::holds_alternative<UnpackStage>(stage);
}

bool reads_line(const Stage& stage) {
  return std::holds_alternative<LineFilter>(stage) || std::holds_alternative<JsonStage>(stage) ||
         std::holds_alternative<LogfmtStage>(stage) || std::holds_alternative<RegexpStage>(stage) ||
         std::holds_alternative<PatternStage>(stage) || std::holds_alternative<UnpackStage>(stage);
}

// A line that nothing reads any more is not formatted where only the number of lines counts.
bool is_idle_format(const std::vector<Stage>& stages, size_t i, const SampleUse* use) {
  return use && !use->needs_line && std::holds_alternative<LineFormatStage>(stages[i]) &&
         std::none_of(stages.begin() + static_cast<std::ptrdiff_t>(i), stages.end(), reads_line);
}

// Returns the stages in the order they run.
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

// Returns the stage as messages show it; line filters that run one after the other are one stage.
std::string stage_text(const std::vector<const Stage*>& stages, size_t i) {
  const auto is_filter = [&](size_t n) { return std::holds_alternative<LineFilter>(*stages[n]); };
  if (!is_filter(i)) return print_stage(*stages[i]);
  while (i > 0 && is_filter(i - 1)) --i;
  std::string out = print_stage(*stages[i]);
  while (++i < stages.size() && is_filter(i)) out += " " + print_stage(*stages[i]);
  return out;
}

struct Compile {
  const Cancellation& cancellation;

  Result<std::unique_ptr<CompiledStage>> operator()(const LineFilter& s) const {
    return compile_line_filter(s);
  }
  Result<std::unique_ptr<CompiledStage>> operator()(const std::unique_ptr<LabelFilter>& s) const {
    return compile_label_filter(*s);
  }
  Result<std::unique_ptr<CompiledStage>> operator()(const JsonStage& s) const {
    return compile_json(s);
  }
  Result<std::unique_ptr<CompiledStage>> operator()(const LogfmtStage& s) const {
    return compile_logfmt(s);
  }
  Result<std::unique_ptr<CompiledStage>> operator()(const RegexpStage& s) const {
    return compile_regexp(s);
  }
  Result<std::unique_ptr<CompiledStage>> operator()(const PatternStage& s) const {
    return compile_pattern(s);
  }
  Result<std::unique_ptr<CompiledStage>> operator()(const UnpackStage&) const {
    return compile_unpack();
  }
  Result<std::unique_ptr<CompiledStage>> operator()(const LineFormatStage& s) const {
    return compile_line_format(s, cancellation);
  }
  Result<std::unique_ptr<CompiledStage>> operator()(const LabelFormatStage& s) const {
    return compile_label_format(s, cancellation);
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

Result<Pipeline> Pipeline::compile(const std::vector<Stage>& stages, const SampleUse* use,
                                   const Cancellation& cancellation) {
  Pipeline out;
  bool line_unchanged = true;
  // Says what the labels are: the entry's own, those and the fields of its line, or something else.
  enum class State { kAsStored, kWithFields, kOther } labels = State::kAsStored;
  std::vector<const Stage*> running;
  const std::vector<const Stage*> ordered = execution_order(stages);
  for (size_t i = 0; i < ordered.size(); ++i) {
    const Stage* stage = ordered[i];
    auto compiled = std::visit(Compile{cancellation}, *stage);
    if (!compiled.ok()) {
      return invalid("parse error : stage '" + stage_text(ordered, i) +
                     "' : " + compiled.error().message);
    }
    if (is_idle_format(stages, static_cast<size_t>(stage - stages.data()), use)) continue;
    running.push_back(stage);
    out.stages_.push_back(std::move(*compiled));
    if (const auto* filter = std::get_if<LineFilter>(stage)) {
      bool exact = false;
      if (line_unchanged) {
        LinePredicate test = line_predicate_of(*filter, exact);
        if (!test.is_trivial()) out.lines_.parts.push_back(std::move(test));
      }
      out.lines_exact_ &= exact;
      continue;
    }
    out.lines_only_ = false;
    if (const auto* condition = std::get_if<std::unique_ptr<LabelFilter>>(stage)) {
      if (labels == State::kWithFields) {
        for (FieldPredicate& test : field_predicates_of(**condition))
          out.fields_.push_back(std::move(test));
      }
      continue;
    }
    const auto parser = field_parser_of(*stage);
    if (parser && line_unchanged && labels == State::kAsStored) {
      out.parser_ = *parser;
      labels = State::kWithFields;
    } else {
      labels = State::kOther;
    }
    if (std::holds_alternative<LineFormatStage>(*stage) ||
        std::holds_alternative<DecolorizeStage>(*stage) ||
        std::holds_alternative<UnpackStage>(*stage)) {
      line_unchanged = false;
    }
  }
  ASSIGN_OR_RETURN(ParserHints hints, make_parser_hints(running, use));
  out.hints_ = std::make_unique<const ParserHints>(std::move(hints));
  return out;
}

}  // namespace logsvc::logql
