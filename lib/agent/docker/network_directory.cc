#include "agent/docker/network_directory.h"

#include <algorithm>
#include <string_view>

namespace logsvc::agent {
namespace {

constexpr std::string_view kShared = "container:";
constexpr int kMaxShares = 16;  // a container may share with one that shares with another …
constexpr Duration kRefused = kMinute;
constexpr Duration kAnswered = kSecond;

}  // namespace

void NetworkDirectory::complete(Container& container, const std::atomic<bool>& stop) {
  if (container.networks.empty() && container.network_mode.starts_with(kShared))
    share(container, stop);
  if (!wants_details_) return;
  const bool all_known =
      std::all_of(container.networks.begin(), container.networks.end(),
                  [this](const ContainerNetwork& n) { return n.id.empty() || by_id_.count(n.id); });
  if (!all_known) refresh(stop);
  for (ContainerNetwork& place : container.networks) {
    if (const auto found = by_id_.find(place.id); found != by_id_.end())
      place.network = found->second;
  }
}

void NetworkDirectory::share(Container& container, const std::atomic<bool>& stop) const {
  std::string mode = container.network_mode;
  for (int i = 0; i < kMaxShares && mode.starts_with(kShared); ++i) {
    const auto other = docker_.inspect(mode.substr(kShared.size()), stop);
    if (!other.ok()) return;
    container.networks = other->networks;
    if (!container.networks.empty()) return;
    mode = other->network_mode;
  }
}

void NetworkDirectory::refresh(const std::atomic<bool>& stop) {
  if (clock_.steady_ns() < ask_again_at_) return;
  const auto told = docker_.networks(stop);
  ask_again_at_ = clock_.steady_ns() + (told.ok() ? kAnswered : kRefused);
  if (!told.ok()) {
    if (!stop) {
      diagnostics_.warn("agent", "Docker does not tell its networks: labels of them are absent",
                        {{"why", told.error().message}});
    }
    return;
  }
  by_id_.clear();
  for (const auto& [id, network] : *told) by_id_[id] = std::make_shared<DockerNetwork>(network);
}

}  // namespace logsvc::agent
