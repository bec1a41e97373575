// One thread that writes all WebSockets: poll over the sockets and an eventfd, frames by wslay.
// A reader that does not take its frames is not written to further; its session then drops.
#pragma once

#include <atomic>
#include <memory>
#include <thread>
#include <vector>

#include "base/mutex.h"
#include "os/clock.h"
#include "server/live/tail_hub.h"
#include "telemetry/metrics.h"

namespace logsvc::server {

class TailLoop {
 public:
  TailLoop(const Clock& clock, Metrics& metrics);
  // Ends every connection plainly (no close frame: clients then reconnect).
  ~TailLoop();

  TailHub& hub() { return hub_; }
  // So many readers that another one is to be refused.
  bool full() const { return connections_.load() >= kMaxConnections; }
  // Takes over the socket, on which the handshake is done, and its session; one that is subscribed
  // to the hub is unsubscribed at the end.
  void adopt(int socket, std::shared_ptr<LiveSession> session);
  // The same for a request that fails after the handshake: one close frame (1011, reason), then the
  // end.
  void adopt_refused(int socket, const std::string& reason);

 private:
  static constexpr size_t kMaxConnections = 2000;
  class Connection;
  void run();
  void wake();

  const Clock& clock_;
  Counter& bytes_sent_;
  Counter& dropped_;
  const int wake_fd_;
  TailHub hub_;
  Mutex mutex_;
  std::vector<std::unique_ptr<Connection>> adopted_ GUARDED_BY(mutex_);
  std::atomic<size_t> connections_{0};
  std::atomic<bool> stopping_{false};
  std::thread thread_;
};

}  // namespace logsvc::server
