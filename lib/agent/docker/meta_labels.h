// What discovery says of a container, as labels for relabel rules.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "agent/docker/docker_client.h"
#include "agent/docker/log_record.h"
#include "model/label_set.h"

namespace logsvc::agent {

// __meta_docker_container_id, _name (with its slash), _log_stream, _label_…; sorted by name. Of
// labels whose names become the same the first, by their own names, counts.
Labels meta_labels(const Container& container, OutputStream stream);

// Whether the container passes the `filters` of a docker_sd_config: label (key or key=value, all of
// them), name (a regular expression, with or without the slash), id (its beginning).
using DockerFilters = std::vector<std::pair<std::string, std::vector<std::string>>>;
bool passes_filters(const Container& container, const DockerFilters& filters);
// Filters that passes_filters does not know.
std::vector<std::string> unknown_filters(const DockerFilters& filters);

}  // namespace logsvc::agent
