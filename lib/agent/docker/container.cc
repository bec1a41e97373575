#include "agent/docker/container.h"

#include <algorithm>
#include <cstdlib>
#include <tuple>

#include "agent/docker/docker_json.h"

namespace logsvc::agent {
namespace {

using Json = nlohmann::json;

std::vector<ContainerNetwork> networks_of(const Json& settings) {
  std::vector<ContainerNetwork> out;
  const Json& networks = member(settings, "Networks");
  if (!networks.is_object()) return out;
  for (const auto& [name, place] : networks.items()) {  // sorted by name
    if (!place.is_object()) continue;
    out.push_back({name, text(place, "NetworkID"), text(place, "IPAddress"), nullptr});
  }
  return out;
}

// Parses {"80/tcp": [{"HostIp": …, "HostPort": …}], "81/tcp": null}.
std::vector<ContainerPort> ports_of(const Json& settings) {
  std::vector<ContainerPort> out;
  const Json& ports = member(settings, "Ports");
  if (!ports.is_object()) return out;
  for (const auto& [key, published] : ports.items()) {
    if (!key.ends_with("/tcp")) continue;
    ContainerPort port;
    port.number = std::atoi(key.c_str());
    if (!published.is_array() || published.empty()) out.push_back(port);
    if (!published.is_array()) continue;
    for (const Json& at : published) {
      port.public_number = std::atoi(text(at, "HostPort").c_str());
      port.public_ip = text(at, "HostIp");
      out.push_back(port);
    }
  }
  std::sort(out.begin(), out.end(), [](const ContainerPort& a, const ContainerPort& b) {
    const auto key = [](const ContainerPort& p) {
      return std::make_tuple(p.number, p.public_number == 0, p.public_number, p.public_ip);
    };
    return key(a) < key(b);
  });
  return out;
}

Error unreadable() { return {ErrorCode::kUnavailable, "Docker's answer cannot be read"}; }

}  // namespace

Result<Container> read_container(const std::string& json) {
  const Json c = parse_docker_json(json);
  if (!c.is_object()) return unreadable();
  Container out;
  out.id = text(c, "Id");
  out.name = text(c, "Name");
  if (!out.name.empty() && out.name[0] == '/') out.name.erase(0, 1);
  const Json& config = member(c, "Config");
  const Json& state = member(c, "State");
  const Json& host = member(c, "HostConfig");
  const Json& settings = member(c, "NetworkSettings");
  out.image = text(config, "Image");
  out.tty = flag(config, "Tty");
  out.running = flag(state, "Running") && !flag(state, "Restarting");
  out.started_at = text(state, "StartedAt");
  const Json& log = member(host, "LogConfig");
  out.log_driver = text(log, "Type");
  out.log_path = text(c, "LogPath");
  out.log_rotates =
      out.log_driver != "json-file" || !text(member(log, "Config"), "max-size").empty();
  out.network_mode = text(host, "NetworkMode");
  out.networks = networks_of(settings);
  out.ports = ports_of(settings);
  read_strings(member(config, "Labels"), out.labels);
  return out;
}

Result<DockerNetworks> read_networks(const std::string& json) {
  const Json list = parse_docker_json(json);
  if (!list.is_array()) return unreadable();
  DockerNetworks out;
  for (const Json& n : list) {
    DockerNetwork network{
        text(n, "Name"), text(n, "Scope"), flag(n, "Internal"), flag(n, "Ingress"), {}};
    read_strings(member(n, "Labels"), network.labels);
    out[text(n, "Id")] = std::move(network);
  }
  return out;
}

}  // namespace logsvc::agent
