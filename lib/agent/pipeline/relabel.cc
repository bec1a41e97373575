#include "agent/pipeline/relabel.h"

#include <openssl/evp.h>

#include <algorithm>

#include "agent/pipeline/pipeline_entry.h"
#include "base/utf8.h"
#include "gotext/unicode.h"

namespace logsvc::agent {
namespace {

// Sets a label; an empty value removes it.
void set_or_erase(Labels& labels, std::string_view name, std::string_view value) {
  if (value.empty()) {
    erase_label(labels, name);
  } else {
    set_label(labels, name, value);
  }
}

void replace(const RelabelConfig& config, const GoRegex& regex, const std::string& value,
             Labels& labels) {
  const RelabelConfig defaults;
  if (value.empty() && config.regex == defaults.regex &&
      config.target_label.find('$') == std::string::npos &&
      config.replacement.find('$') == std::string::npos) {
    return set_or_erase(labels, config.target_label, config.replacement);
  }
  GoRegex::Groups groups;
  if (!regex.find(value, 0, groups)) return;
  std::string target, text;
  regex.expand(config.target_label, groups, target);
  if (target.empty() || !is_utf8(target)) return;
  regex.expand(config.replacement, groups, text);
  set_or_erase(labels, target, text);
}

// Returns the last 8 bytes of the MD5, big-endian, modulo the modulus.
std::string hash_modulo(const std::string& value, uint64_t modulus) {
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int length = 0;
  EVP_Digest(value.data(), value.size(), digest, &length, EVP_md5(), nullptr);
  uint64_t number = 0;
  for (int i = 8; i < 16; ++i) number = number << 8 | digest[i];
  return std::to_string(number % modulus);
}

void map_names(const RelabelConfig& config, const GoRegex& regex, Labels& labels) {
  const Labels before = labels;
  for (const Label& label : before) {
    if (!regex.matches(label.name)) continue;
    const std::string name = regex.replace_all(label.name, config.replacement, false);
    if (!name.empty()) set_or_erase(labels, name, label.value);
  }
}

}  // namespace

Result<RelabelRules> RelabelRules::compile(const std::vector<RelabelConfig>& configs) {
  RelabelRules out;
  for (const RelabelConfig& config : configs) {
    ASSIGN_OR_RETURN(GoRegex regex, GoRegex::compile("^(?s:" + config.regex + ")$"));
    out.rules_.push_back({config, std::move(regex)});
  }
  return out;
}

bool RelabelRules::apply_rule(const Rule& rule, Labels& labels) {
  const RelabelConfig& config = rule.config;
  std::string value;
  for (size_t i = 0; i < config.source_labels.size(); ++i) {
    if (i > 0) value += config.separator;
    value += label_value(labels, config.source_labels[i]);
  }
  switch (config.action) {
    case RelabelAction::kKeep:
      return rule.regex.matches(value);
    case RelabelAction::kDrop:
      return !rule.regex.matches(value);
    case RelabelAction::kKeepEqual:
      return label_value(labels, config.target_label) == value;
    case RelabelAction::kDropEqual:
      return label_value(labels, config.target_label) != value;
    case RelabelAction::kReplace:
      replace(config, rule.regex, value, labels);
      break;
    case RelabelAction::kLowercase:
      set_or_erase(labels, config.target_label, to_lower(value));
      break;
    case RelabelAction::kUppercase:
      set_or_erase(labels, config.target_label, to_upper(value));
      break;
    case RelabelAction::kHashMod:
      set_label(labels, config.target_label, hash_modulo(value, config.modulus));
      break;
    case RelabelAction::kLabelMap:
      map_names(config, rule.regex, labels);
      break;
    case RelabelAction::kLabelDrop:
      std::erase_if(labels, [&](const Label& l) { return rule.regex.matches(l.name); });
      break;
    case RelabelAction::kLabelKeep:
      std::erase_if(labels, [&](const Label& l) { return !rule.regex.matches(l.name); });
      break;
  }
  return true;
}

bool RelabelRules::apply(Labels& labels) const {
  return std::all_of(rules_.begin(), rules_.end(),
                     [&](const Rule& rule) { return apply_rule(rule, labels); });
}

}  // namespace logsvc::agent
