#include "logql/stages/field_predicates.h"

#include <memory>

#include "logql/stages/condition.h"

namespace logsvc::logql {
namespace {

// Joins two filters if both are on the same field.
std::vector<FieldPredicate> either_of(const LabelFilter& left, const LabelFilter& right) {
  std::vector<FieldPredicate> l = field_predicates_of(left), r = field_predicates_of(right);
  if (l.size() != 1 || r.size() != 1 || l[0].name != r[0].name) return {};
  std::vector<FieldPredicate> out;
  out.push_back(
      {l[0].name, [first = l[0].may_pass, second = r[0].may_pass](
                      std::optional<std::string_view> v) { return first(v) || second(v); }});
  return out;
}

}  // namespace

std::optional<FieldParser> field_parser_of(const Stage& stage) {
  if (const auto* json = std::get_if<JsonStage>(&stage)) {
    if (json->extractions.empty()) return FieldParser{};
  } else if (const auto* logfmt = std::get_if<LogfmtStage>(&stage)) {
    if (logfmt->extractions.empty()) {
      return FieldParser{FieldParser::Kind::kLogfmt, logfmt->strict, logfmt->keep_empty};
    }
  }
  return std::nullopt;
}

bool is_plain_field(std::string_view name) {
  return !name.starts_with("__") && !name.ends_with("_extracted");
}

std::vector<FieldPredicate> field_predicates_of(const LabelFilter& filter) {
  using Kind = LabelFilter::Kind;
  if (filter.kind == Kind::kAnd) {
    std::vector<FieldPredicate> out = field_predicates_of(*filter.left);
    for (FieldPredicate& test : field_predicates_of(*filter.right)) out.push_back(std::move(test));
    return out;
  }
  if (filter.kind == Kind::kOr) return either_of(*filter.left, *filter.right);
  if (filter.kind == Kind::kIp || !is_plain_field(filter.name)) {
    return {};
  }
  auto compiled = compile_condition(filter);
  if (!compiled.ok()) return {};
  const std::shared_ptr<Condition> condition = std::move(*compiled);
  std::vector<FieldPredicate> out;
  out.push_back({filter.name, [condition, name = filter.name](std::optional<std::string_view> v) {
                   static const LabelSet kNoLabels;
                   thread_local LabelState state;  // keeps its buffers
                   state.reset(kNoLabels, {});
                   if (v) state.add_parsed(name, *v);
                   return condition->holds(state);
                 }});
  return out;
}

}  // namespace logsvc::logql
