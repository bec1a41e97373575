// The part of the Docker Engine API (1.24 and later) that the agent uses. Safe from several
// threads.
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "agent/docker/container.h"
#include "agent/docker/docker_host.h"
#include "base/result.h"
#include "base/time.h"

namespace logsvc::agent {

struct DockerEvent {
  std::string action;  // "start", "die", "health_status: unhealthy" …
  std::string id;
  std::map<std::string, std::string> attributes;  // name, image, exitCode, and labels
  Timestamp time = 0;
};

struct LogRequest {
  std::string container;
  bool follow = false;
  Timestamp since = 0;    // inclusive; 0: everything
  uint64_t tail = 0;      // how many of the last records; 0: all
  bool none_yet = false;  // only records written from now on
};

class DockerClient {
 public:
  explicit DockerClient(DockerHost host) : host_(std::move(host)) {}

  // Returns the ids of all containers, ended ones too, and whether they run.
  struct Listed {
    std::string id;
    bool running = false;
  };
  Result<std::vector<Listed>> list(const std::atomic<bool>& stop) const;
  // Returns whether Docker lists the container, in whatever state, under these filters; returns an
  // error if Docker does not know one of the filters.
  Result<bool> is_listed(
      const std::string& id,
      const std::vector<std::pair<std::string, std::vector<std::string>>>& filters,
      const std::atomic<bool>& stop) const;
  // Returns kNotFound if the container is gone.
  Result<Container> inspect(const std::string& id, const std::atomic<bool>& stop) const;
  // Returns all networks by id. Returns kPermission if a socket proxy does not allow the request.
  Result<DockerNetworks> networks(const std::atomic<bool>& stop) const;
  // Returns the folder in which the daemon keeps its files, as the daemon sees it.
  Result<std::string> root_dir(const std::atomic<bool>& stop) const;
  // Passes on container events from `since` (0: from now) until the stream ends, which is always an
  // error.
  Status events(Timestamp since, const std::function<void()>& on_open,
                const std::function<void(const DockerEvent&)>& on_event,
                const std::atomic<bool>& stop) const;
  // Opens an answer with log records. Returns kUnsupported if the log driver cannot be read.
  Result<net::HttpStream> logs(const LogRequest& request, const std::atomic<bool>& stop) const;

  // Makes the next request ask for the daemon's version again: it may have been upgraded.
  void renegotiate() { minor_ = kUnknown; }
  // Known after the first request. Podman's answers with `tail` join lines that do not belong
  // together, and its times have whole seconds only.
  bool is_podman() const { return podman_; }

 private:
  static constexpr int kUnknown = -1;
  // Returns the path with the negotiated version in front.
  Result<std::string> versioned(const std::string& path, const std::atomic<bool>& stop) const;
  Result<std::string> get_text(const std::string& path, const std::atomic<bool>& stop) const;

  const DockerHost host_;
  mutable std::atomic<int> minor_{kUnknown};  // 0: the daemon does not say
  mutable std::atomic<bool> podman_{false};
};

}  // namespace logsvc::agent
