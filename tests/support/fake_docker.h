// Serves a Docker Engine API for containers that exist in memory: list, inspect, events, logs with
// follow, since and tail, by the rules of a real daemon, its faults included. Safe from several
// threads.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "base/time.h"

namespace logsvc::testing {

class FakeDocker {
 public:
  FakeDocker();  // listens on a free port of 127.0.0.1
  ~FakeDocker();

  std::string url() const;  // tcp://127.0.0.1:PORT

  // Starts a container and returns its id (64 hex digits).
  std::string run(const std::string& name, const std::map<std::string, std::string>& labels = {},
                  bool tty = false);
  // Prints a line (its newline is added) at the container's next time.
  void print(const std::string& id, const std::string& line, bool to_stderr = false);
  void start(const std::string& id);
  void stop(const std::string& id);
  void rename(const std::string& id, const std::string& name);
  void remove(const std::string& id);
  // Sets the container's log option max-size: its log rotates, so the agent does not follow it.
  // Call it before the agent looks at the container.
  void set_max_size(const std::string& id, const std::string& size);
  // Drops the oldest records; followers get the newest again, as after a rotation.
  void rotate(const std::string& id, size_t keep, size_t repeat);

  // Sets a container's HostConfig.NetworkMode and NetworkSettings (JSON), and the answer of
  // /networks.
  void set_network(const std::string& id, const std::string& mode, const std::string& settings);
  void set_networks(const std::string& answer);

  // Breaks every open answer.
  void cut_streams();
  // Fails the next so many requests with the status.
  void fail_next(int requests, int status);
  // Refuses requests of this kind ("events", "logs" …) with 403, as a socket proxy does.
  void forbid(const std::string& kind);
  int requests() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace logsvc::testing
