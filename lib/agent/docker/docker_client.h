// What the agent asks of the Docker Engine API (1.24 and up). Safe from several threads.
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
  std::map<std::string, std::string> attributes;  // name, image, exitCode …; labels among them
  Timestamp time = 0;
};

struct LogRequest {
  std::string container;
  bool follow = false;
  Timestamp since = 0;    // inclusive; 0: everything
  uint64_t tail = 0;      // the last records alone; 0: all
  bool none_yet = false;  // only what comes from now on
};

class DockerClient {
 public:
  explicit DockerClient(DockerHost host) : host_(std::move(host)) {}

  // Ids and whether they run, of all containers, ended ones too.
  struct Listed {
    std::string id;
    bool running = false;
  };
  Result<std::vector<Listed>> list(const std::atomic<bool>& stop) const;
  // Whether Docker lists the container, in whatever state, under these filters; an error if it
  // knows no such filter.
  Result<bool> is_listed(
      const std::string& id,
      const std::vector<std::pair<std::string, std::vector<std::string>>>& filters,
      const std::atomic<bool>& stop) const;
  // kNotFound if it is gone.
  Result<Container> inspect(const std::string& id, const std::atomic<bool>& stop) const;
  // What all networks are, by id. kPermission if a socket proxy does not let us ask.
  Result<DockerNetworks> networks(const std::atomic<bool>& stop) const;
  // Where the daemon keeps its files, as it sees them.
  Result<std::string> root_dir(const std::atomic<bool>& stop) const;
  // Container events from `since` on (0: from now) until the stream ends, which is an error of its
  // own.
  Status events(Timestamp since, const std::function<void()>& on_open,
                const std::function<void(const DockerEvent&)>& on_event,
                const std::atomic<bool>& stop) const;
  // An open answer with log records. kUnsupported if the driver cannot be read.
  Result<net::HttpStream> logs(const LogRequest& request, const std::atomic<bool>& stop) const;

  // The daemon may have been upgraded: its version is asked for again.
  void renegotiate() { minor_ = kUnknown; }
  // Known once something was asked. Podman's answers with `tail` join lines that do not belong
  // together, and its times are of whole seconds.
  bool is_podman() const { return podman_; }

 private:
  static constexpr int kUnknown = -1;
  // The path with the negotiated version in front.
  Result<std::string> versioned(const std::string& path, const std::atomic<bool>& stop) const;
  Result<std::string> get_text(const std::string& path, const std::atomic<bool>& stop) const;

  const DockerHost host_;
  mutable std::atomic<int> minor_{kUnknown};  // 0: it does not say
  mutable std::atomic<bool> podman_{false};
};

}  // namespace logsvc::agent
