#include "agent/docker/meta_labels.h"

#include <algorithm>
#include <iterator>
#include <set>

#include "agent/pipeline/pipeline_entry.h"
#include "base/host_port.h"
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

bool is_in_network(const Container& container, const std::string& wanted) {
  return std::any_of(container.networks.begin(), container.networks.end(),
                     [&](const auto& n) { return n.name == wanted || n.id == wanted; });
}

// Sets labels from keys; if several get the same name, the first is used.
void set_sanitised(Labels& out, const std::string& prefix,
                   const std::map<std::string, std::string>& labels) {
  for (const auto& [key, value] : labels) {
    const std::string name = prefix + sanitised(key);
    if (!find_label(out, name)) set_label(out, name, value);
  }
}

const char* yes_or_no(bool value) { return value ? "true" : "false"; }

void set_network_labels(Labels& out, const ContainerNetwork& place) {
  set_label(out, "__meta_docker_network_ip", place.ip);
  set_label(out, "__meta_docker_network_name", place.name);
  set_label(out, "__meta_docker_network_id", place.id);
  if (!place.network) return;
  set_label(out, "__meta_docker_network_scope", place.network->scope);
  set_label(out, "__meta_docker_network_internal", yes_or_no(place.network->internal));
  set_label(out, "__meta_docker_network_ingress", yes_or_no(place.network->ingress));
  set_sanitised(out, "__meta_docker_network_label_", place.network->labels);
}

}  // namespace

Labels meta_labels(const Container& container, OutputStream stream, const AddressOptions& address) {
  Labels out;
  set_label(out, "__meta_docker_container_id", container.id);
  set_label(out, "__meta_docker_container_name", "/" + container.name);
  set_label(out, "__meta_docker_container_network_mode", container.network_mode);
  set_label(out, "__meta_docker_container_log_stream",
            stream == OutputStream::kStderr ? "stderr" : "stdout");
  set_sanitised(out, "__meta_docker_container_label_", container.labels);
  if (container.networks.empty()) return out;
  const ContainerNetwork& place = container.networks.front();
  set_network_labels(out, place);
  if (container.ports.empty()) {
    set_label(out, "__address__",
              container.network_mode == "host" ? address.host_networking_host
                                               : join_host_port(place.ip, address.port));
    return out;
  }
  const ContainerPort& port = container.ports.front();
  set_label(out, "__meta_docker_port_private", std::to_string(port.number));
  if (port.public_number > 0) {
    set_label(out, "__meta_docker_port_public", std::to_string(port.public_number));
    set_label(out, "__meta_docker_port_public_ip", port.public_ip);
  }
  set_label(out, "__address__", join_host_port(place.ip, port.number));
  return out;
}

bool want_network_details(const std::vector<RelabelConfig>& rules) {
  const std::string kPrefix = "__meta_docker_network_";
  const std::string kDetails[] = {kPrefix + "scope", kPrefix + "internal", kPrefix + "ingress"};
  return std::any_of(rules.begin(), rules.end(), [&](const RelabelConfig& rule) {
    if (rule.action == RelabelAction::kLabelMap) {
      if (rule.regex.find("network") != std::string::npos) return true;
      const auto regex = GoRegex::compile("^(?s:" + rule.regex + ")$");
      return regex.ok() && std::any_of(std::begin(kDetails), std::end(kDetails),
                                       [&](const auto& name) { return regex->matches(name); });
    }
    return std::any_of(rule.source_labels.begin(), rule.source_labels.end(), [&](const auto& name) {
      return name.starts_with(kPrefix + "label_") ||
             std::find(std::begin(kDetails), std::end(kDetails), name) != std::end(kDetails);
    });
  });
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
    if (key == "network") {
      return std::any_of(values.begin(), values.end(),
                         [&](const std::string& v) { return is_in_network(container, v); });
    }
    return true;
  });
}

DockerFilters other_filters(const DockerFilters& filters) {
  static const std::set<std::string> kKnown = {"label", "name", "id", "network"};
  DockerFilters out;
  for (const auto& filter : filters) {
    if (!kKnown.count(filter.first)) out.push_back(filter);
  }
  return out;
}

}  // namespace logsvc::agent
