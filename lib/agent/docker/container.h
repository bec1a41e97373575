// A container and its networks, as reported by the Docker Engine API.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"

namespace logsvc::agent {

// The properties of a network that are the same for all its containers.
struct DockerNetwork {
  std::string name, scope;
  bool internal = false, ingress = false;
  std::map<std::string, std::string> labels;
};
using DockerNetworks = std::map<std::string, DockerNetwork>;  // by id

// One container's connection to a network.
struct ContainerNetwork {
  std::string name, id, ip;
  std::shared_ptr<const DockerNetwork> network;  // null: not requested, or not available
};

struct ContainerPort {
  int number = 0;  // TCP port inside the container
  int public_number = 0;
  std::string public_ip;  // empty, with public_number 0: not published
};

struct Container {
  std::string id;
  std::string name;  // without the slash
  std::string image;
  std::map<std::string, std::string> labels;
  std::string network_mode;                // "bridge", "host", "container:ID", "none" …
  std::vector<ContainerNetwork> networks;  // by name
  std::vector<ContainerPort> ports;        // by number, published ones first
  bool running = false;                    // its log may still grow
  bool tty = false;
  std::string log_driver;
  std::string log_path;  // for the json-file driver
  bool log_rotates = false;
  std::string started_at;
  bool was_started() const { return started_at.rfind("0001", 0) != 0; }
};

// These parse the answers of /containers/ID/json and /networks; kUnavailable for anything else.
Result<Container> read_container(const std::string& json);
Result<DockerNetworks> read_networks(const std::string& json);

}  // namespace logsvc::agent
