#include "agent/docker/watched_containers.h"

#include <algorithm>
#include <utility>

namespace logsvc::agent {

std::vector<WatchedContainer> WatchedContainers::list() const {
  std::vector<WatchedContainer> out;
  {
    MutexLock lock(mutex_);
    for (const auto& [id, container] : containers_) out.push_back(container);
  }
  std::sort(out.begin(), out.end(), [](const auto& a, const auto& b) { return a.name < b.name; });
  return out;
}

void WatchedContainers::show(const Container& container, std::string read_by, std::string path) {
  MutexLock lock(mutex_);
  WatchedContainer& shown = containers_[container.id];
  if (path.empty() && read_by == "file") path = std::move(shown.path);
  shown = {container.id,       container.name,    container.log_driver,
           std::move(read_by), container.running, std::move(path)};
}

void WatchedContainers::show_running(const std::string& id, bool running) {
  MutexLock lock(mutex_);
  if (const auto found = containers_.find(id); found != containers_.end())
    found->second.running = running;
}

void WatchedContainers::forget(const std::string& id) {
  MutexLock lock(mutex_);
  containers_.erase(id);
}

}  // namespace logsvc::agent
