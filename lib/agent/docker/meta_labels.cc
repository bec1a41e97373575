#include "agent/docker/meta_labels.h"

#include <algorithm>

#include "agent/pipeline/pipeline_entry.h"
#include "gotext/regex/go_regex.h"

namespace logsvc::agent {
namespace {

std::string sanitised(const std::string& key) {
  std::string out = key;
  for (char& c : out) {
    const bool fine = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    if (!fine) c = '_';
  }
  return out;
}

bool has_label(const Container& container, const std::string& wanted) {
  const size_t equals = wanted.find('=');
  const auto found = container.labels.find(wanted.substr(0, equals));
  return found != container.labels.end() &&
         (equals == std::string::npos || found->second == wanted.substr(equals + 1));
}

bool has_name(const Container& container, const std::string& pattern) {
  const auto regex = GoRegex::compile(pattern);
  return regex.ok() && (regex->matches(container.name) || regex->matches("/" + container.name));
}

}  // namespace

Labels meta_labels(const Container& container, OutputStream stream) {
  Labels out;
  set_label(out, "__meta_docker_container_id", container.id);
  set_label(out, "__meta_docker_container_name", "/" + container.name);
  set_label(out, "__meta_docker_container_log_stream",
            stream == OutputStream::kStderr ? "stderr" : "stdout");
  for (const auto& [key, value] : container.labels) {
    const std::string name = "__meta_docker_container_label_" + sanitised(key);
    if (!find_label(out, name)) set_label(out, name, value);
  }
  return out;
}

bool passes_filters(const Container& container, const DockerFilters& filters) {
  return std::all_of(filters.begin(), filters.end(), [&](const auto& filter) {
    const auto& [key, values] = filter;
    if (key == "label") {
      return std::all_of(values.begin(), values.end(),
                         [&](const std::string& v) { return has_label(container, v); });
    }
    if (key == "name") {
      return std::any_of(values.begin(), values.end(),
                         [&](const std::string& v) { return has_name(container, v); });
    }
    if (key == "id") {
      return std::any_of(values.begin(), values.end(),
                         [&](const std::string& v) { return container.id.starts_with(v); });
    }
    return true;
  });
}

std::vector<std::string> unknown_filters(const DockerFilters& filters) {
  std::vector<std::string> out;
  for (const auto& [key, values] : filters) {
    if (key != "label" && key != "name" && key != "id") out.push_back(key);
  }
  return out;
}

}  // namespace logsvc::agent
