#include <algorithm>
#include <array>

#include "agent/promtail/readers.h"
#include "base/any_case.h"
#include "config/settings.h"
#include "gotext/regex/go_regex.h"

namespace logsvc::agent {
namespace {

using config::MapReader;
using config::Problems;
using config::YamlNode;

struct ActionName {
  const char* name;
  RelabelAction action;
};
constexpr std::array<ActionName, 11> kActions = {{
    {"replace", RelabelAction::kReplace},
    {"keep", RelabelAction::kKeep},
    {"drop", RelabelAction::kDrop},
    {"keepequal", RelabelAction::kKeepEqual},
    {"dropequal", RelabelAction::kDropEqual},
    {"hashmod", RelabelAction::kHashMod},
    {"labelmap", RelabelAction::kLabelMap},
    {"labeldrop", RelabelAction::kLabelDrop},
    {"labelkeep", RelabelAction::kLabelKeep},
    {"lowercase", RelabelAction::kLowercase},
    {"uppercase", RelabelAction::kUppercase},
}};

bool read_action(MapReader& map, const YamlNode& node, RelabelConfig& out, std::string& name) {
  name = "replace";
  map.read("action", name);
  name = ascii_lowered(std::move(name));
  for (const ActionName& known : kActions) {
    if (name != known.name) continue;
    out.action = known.action;
    return true;
  }
  std::vector<std::string> names;
  for (const ActionName& known : kActions) names.emplace_back(known.name);
  const std::string near = config::nearest(name, names);
  map.problems().error(node, name.empty()
                                 ? "relabel action cannot be empty"
                                 : "unknown relabel action \"" + name + "\"" +
                                       (near.empty() ? "" : "; did you mean " + near + "?"));
  return false;
}

// Checks a rule as Prometheus does; returns an empty text if it is valid.
std::string fault_of(const RelabelConfig& rule, const std::string& action) {
  using A = RelabelAction;
  const RelabelConfig defaults;
  const A a = rule.action;
  const bool equal = a == A::kKeepEqual || a == A::kDropEqual;
  const bool letters = a == A::kLowercase || a == A::kUppercase;
  const bool targets = a == A::kReplace || a == A::kHashMod || letters || equal;
  if (a == A::kHashMod && rule.modulus == 0) {
    return "relabel configuration for hashmod requires non-zero modulus";
  }
  if (targets && rule.target_label.empty()) {
    return "relabel configuration for " + action + " action requires 'target_label' value";
  }
  const bool new_replacement = rule.replacement != defaults.replacement;
  const bool new_regex = rule.regex != defaults.regex;
  const bool new_separator = rule.separator != defaults.separator;
  if (equal && (new_regex || rule.modulus != 0 || new_separator || new_replacement)) {
    return action + " action requires only 'source_labels' and `target_label`, and no other fields";
  }
  if (letters && new_replacement) return "'replacement' can not be set for " + action + " action";
  if ((a == A::kLabelDrop || a == A::kLabelKeep) &&
      (!rule.source_labels.empty() || !rule.target_label.empty() || rule.modulus != 0 ||
       new_separator || new_replacement)) {
    return action + " action requires only 'regex', and no other fields";
  }
  return "";
}

}  // namespace

void read_relabel(const YamlNode& node, Problems& problems, RelabelConfig& out) {
  MapReader map(node, "a relabel rule", problems);
  map.read("source_labels", out.source_labels);
  map.read("separator", out.separator);
  map.read("regex", out.regex);
  int64_t modulus = 0;
  map.read("modulus", modulus);
  if (modulus < 0) problems.error(node, "modulus: must not be negative");
  out.modulus = static_cast<uint64_t>(modulus);
  map.read("target_label", out.target_label);
  map.read("replacement", out.replacement);
  std::string action;
  const bool known = read_action(map, node, out, action);
  map.finish();
  if (!known) return;
  if (const std::string fault = fault_of(out, action); !fault.empty()) problems.error(node, fault);
  const auto regex = GoRegex::compile("^(?s:" + out.regex + ")$");
  if (!regex.ok()) {
    const YamlNode* at = map.take("regex");
    problems.error(at ? *at : node, regex.error().message);
  }
}

}  // namespace logsvc::agent
