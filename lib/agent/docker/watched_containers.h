// The containers that are read or should be, for the status page and the agent's reports. Safe from
// several threads.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "agent/docker/container.h"
#include "base/mutex.h"

namespace logsvc::agent {

struct WatchedContainer {
  std::string id, name, driver;
  std::string read_by;  // "file", "api", or why it is not read
  bool running = false;
  std::string path;  // of the file it is read from
};

class WatchedContainers {
 public:
  // Returns the containers sorted by name.
  std::vector<WatchedContainer> list() const;

  // Without a path, keeps the previous one if the container is still read from files.
  void show(const Container& container, std::string read_by, std::string path = "");
  // Changes a container that is shown.
  void show_running(const std::string& id, bool running);
  void forget(const std::string& id);

 private:
  mutable Mutex mutex_;
  std::map<std::string, WatchedContainer> containers_ GUARDED_BY(mutex_);  // by id
};

}  // namespace logsvc::agent
