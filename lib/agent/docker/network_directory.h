// Completes what Docker says about a container's networks: adds the networks that it shares with
// another container, and the details of each network. For one thread.
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>

#include "agent/docker/docker_client.h"
#include "os/clock.h"
#include "telemetry/diagnostics.h"

namespace logsvc::agent {

class NetworkDirectory {
 public:
  // Borrows everything. wants_details: ask for all networks, which socket proxies often refuse.
  NetworkDirectory(const DockerClient& docker, const Clock& clock, Diagnostics& diagnostics,
                   bool wants_details)
      : docker_(docker), clock_(clock), diagnostics_(diagnostics), wants_details_(wants_details) {}

  // Leaves absent what Docker does not provide.
  void complete(Container& container, const std::atomic<bool>& stop);

 private:
  void share(Container& container, const std::atomic<bool>& stop) const;
  // Asks again for all networks, but not too often.
  void refresh(const std::atomic<bool>& stop);

  const DockerClient& docker_;
  const Clock& clock_;
  Diagnostics& diagnostics_;
  const bool wants_details_;
  std::map<std::string, std::shared_ptr<const DockerNetwork>> by_id_;
  int64_t ask_again_at_ = 0;  // steady_ns
};

}  // namespace logsvc::agent
