// Labels that discovery gives a container, for relabel rules.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "agent/config/scrape_config.h"
#include "agent/docker/docker_client.h"
#include "agent/docker/log_record.h"
#include "model/label_set.h"

namespace logsvc::agent {

// The part of a docker_sd_config that sets __address__ for containers without TCP ports and in the
// host's network.
struct AddressOptions {
  int64_t port = 80;
  std::string host_networking_host = "localhost";
};

// Returns __meta_docker_container_id, _name (with its slash), _network_mode, _log_stream, _label_…;
// __meta_docker_network_ip, _name, _id and, if known, _scope, _internal, _ingress, _label_…;
// __meta_docker_port_private, _public, _public_ip; and __address__, sorted by name.
//
// Prometheus has a target for each network and TCP port of a container. Here, as in Promtail, its
// lines are read once, with the labels of the first network by name and the lowest port. Without
// any network these labels are absent. If several labels get the same name, the one whose original
// name sorts first is used.
Labels meta_labels(const Container& container, OutputStream stream,
                   const AddressOptions& address = {});

// Returns whether the rules may use what only the daemon's list of networks provides.
bool want_network_details(const std::vector<RelabelConfig>& rules);

// Returns whether the container passes the `filters` of a docker_sd_config: label (key or
// key=value, all of them), name (a regular expression, with or without the slash), id (its
// beginning) and network (name or id).
using DockerFilters = std::vector<std::pair<std::string, std::vector<std::string>>>;
bool passes_filters(const Container& container, const DockerFilters& filters);
// Returns the filters that only Docker can check (status, health, ancestor, …).
DockerFilters other_filters(const DockerFilters& filters);

}  // namespace logsvc::agent
