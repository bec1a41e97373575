// What the agent asks of the Docker Engine API (1.24 and up). Safe from several threads.
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "agent/docker/http_stream.h"
#include "base/result.h"
#include "base/time.h"

namespace logsvc::agent {

struct Container {
  std::string id;
  std::string name;  // without the slash
  std::string image;
  std::map<std::string, std::string> labels;
  bool running = false;  // with a log that may still grow
  bool tty = false;
  std::string log_driver;
  std::string started_at;
};

struct LogRequest {
  std::string container;
  bool follow = false;
  Timestamp since = 0;  // inclusive; 0: everything
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
  // kNotFound if it is gone.
  Result<Container> inspect(const std::string& id, const std::atomic<bool>& stop) const;
  // Calls on_event(action, id) for container events until the stream ends, which is an error of its
  // own.
  Status events(
      const std::function<void()>& on_open,
      const std::function<void(const std::string& action, const std::string& id)>& on_event,
      const std::atomic<bool>& stop) const;
  // An open answer with log records. kUnsupported if the driver cannot be read.
  Result<HttpStream> logs(const LogRequest& request, const std::atomic<bool>& stop) const;

 private:
  // The path with the negotiated version in front.
  Result<std::string> versioned(const std::string& path, const std::atomic<bool>& stop) const;
  Result<std::string> get_text(const std::string& path, const std::atomic<bool>& stop) const;

  const DockerHost host_;
};

}  // namespace logsvc::agent
