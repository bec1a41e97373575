#include "masking/rule.h"

namespace logsvc::masking {
namespace {

Rule rule_of(const BuiltIn& one) {
  return {std::string(one.name), one.detector, {}, std::string(one.replacement)};
}

}  // namespace

std::optional<Rule> built_in_rule(std::string_view name) {
  for (const BuiltIn& one : kBuiltIns) {
    if (one.name == name) return rule_of(one);
  }
  return std::nullopt;
}

std::vector<Rule> built_in_rules() {
  std::vector<Rule> out;
  for (const BuiltIn& one : kBuiltIns) out.push_back(rule_of(one));
  return out;
}

}  // namespace logsvc::masking
