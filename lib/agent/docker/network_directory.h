// Completes what Docker tells of a container's networks: those of a container whose networks it
// shares, and what each network is. For one thread.
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
  // Borrows everything. wants_details: networks are asked for; socket proxies often refuse that.
  NetworkDirectory(const DockerClient& docker, const Clock& clock, Diagnostics& diagnostics,
                   bool wants_details)
      : docker_(docker), clock_(clock), diagnostics_(diagnostics), wants_details_(wants_details) {}

  // What cannot be had stays absent.
  void complete(Container& container, const std::atomic<bool>& stop);

 private:
  void share(Container& container, const std::atomic<bool>& stop) const;
  // Asks again for all networks, at most once in a while.
  void refresh(const std::atomic<bool>& stop);

  const DockerClient& docker_;
  const Clock& clock_;
  Diagnostics& diagnostics_;
  const bool wants_details_;
  std::map<std::string, std::shared_ptr<const DockerNetwork>> by_id_;
  int64_t ask_again_at_ = 0;  // steady_ns
};

}  // namespace logsvc::agent
