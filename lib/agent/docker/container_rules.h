// Which containers are read: `include` and `exclude` of agent.yaml.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "agent/docker/container.h"

namespace logsvc::agent {

// Holds for a container if each of the lists that are not empty has a pattern that matches. * is
// any text, ? any character.
struct ContainerRule {
  std::vector<std::string> names;
  std::vector<std::string> images;  // with its tag or without
  std::vector<std::string> labels;  // `key`, or `key=value`
  std::vector<std::string> compose_projects;

  bool holds_for(const Container& container) const;
};

struct ContainerRules {
  std::vector<ContainerRule> include;  // empty: every container
  std::vector<ContainerRule> exclude;  // wins

  bool keep(const Container& container) const;
};

}  // namespace logsvc::agent
