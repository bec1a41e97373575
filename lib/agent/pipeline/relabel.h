// Applies relabel_configs as Prometheus does. Immutable; safe from several threads.
#pragma once

#include <string>
#include <vector>

#include "agent/config/scrape_config.h"
#include "base/result.h"
#include "gotext/regex/go_regex.h"
#include "model/label_set.h"

namespace logsvc::agent {

class RelabelRules {
 public:
  // Returns kInvalid if a regular expression does not compile.
  static Result<RelabelRules> compile(const std::vector<RelabelConfig>& configs);

  // Applies the rules in order to labels sorted by name. Returns false if the target is dropped.
  bool apply(Labels& labels) const;
  // Returns whether there are no rules.
  bool empty() const { return rules_.empty(); }

 private:
  struct Rule {
    RelabelConfig config;
    GoRegex regex;
  };
  static bool apply_rule(const Rule& rule, Labels& labels);
  std::vector<Rule> rules_;
};

}  // namespace logsvc::agent
