#include "agent/docker/container_rules.h"

#include <algorithm>

#include "base/wildcards.h"

namespace logsvc::agent {
namespace {

bool matches_any(const std::vector<std::string>& patterns, std::string_view text) {
  return std::any_of(patterns.begin(), patterns.end(),
                     [&](const std::string& pattern) { return matches_wildcards(text, pattern); });
}

// Turns registry:5000/shop/api:1.2 into registry:5000/shop/api.
std::string_view without_tag(std::string_view image) {
  image = image.substr(0, image.find('@'));
  const size_t colon = image.rfind(':');
  return colon == std::string_view::npos || image.find('/', colon) != std::string_view::npos
             ? image
             : image.substr(0, colon);
}

bool has_label(const Container& container, std::string_view pattern) {
  const size_t equals = pattern.find('=');
  const auto found = container.labels.find(std::string(pattern.substr(0, equals)));
  if (found == container.labels.end()) return false;
  return equals == std::string_view::npos ||
         matches_wildcards(found->second, pattern.substr(equals + 1));
}

}  // namespace

bool ContainerRule::holds_for(const Container& container) const {
  if (!names.empty() && !matches_any(names, container.name)) return false;
  if (!images.empty() && !matches_any(images, container.image) &&
      !matches_any(images, without_tag(container.image))) {
    return false;
  }
  const auto has = [&](const std::string& label) { return has_label(container, label); };
  if (!labels.empty() && std::none_of(labels.begin(), labels.end(), has)) return false;
  if (compose_projects.empty()) return true;
  const auto project = container.labels.find("com.docker.compose.project");
  return project != container.labels.end() && matches_any(compose_projects, project->second);
}

bool ContainerRules::keep(const Container& container) const {
  const auto holds = [&](const ContainerRule& rule) { return rule.holds_for(container); };
  if (std::any_of(exclude.begin(), exclude.end(), holds)) return false;
  return include.empty() || std::any_of(include.begin(), include.end(), holds);
}

}  // namespace logsvc::agent
