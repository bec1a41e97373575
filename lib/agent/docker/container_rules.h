// Decides which containers are read: `include` and `exclude` of agent.yaml.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "agent/docker/container.h"

namespace logsvc::agent {

// Matches a container if each list that is not empty has a matching pattern. * stands for any text,
// ? for any character.
struct ContainerRule {
  std::vector<std::string> names;
  std::vector<std::string> images;  // with or without the tag
  std::vector<std::string> labels;  // `key`, or `key=value`
  std::vector<std::string> compose_projects;

  bool holds_for(const Container& container) const;
};

struct ContainerRules {
  std::vector<ContainerRule> include;  // empty: every container
  std::vector<ContainerRule> exclude;  // takes precedence

  bool keep(const Container& container) const;
};

}  // namespace logsvc::agent
