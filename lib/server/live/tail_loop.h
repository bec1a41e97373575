// One thread that writes all WebSockets: it polls the sockets and an eventfd; wslay makes the
// frames. A reader that does not take its frames is not written to further; its session then drops
// lines.
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
  // Ends every connection without a close frame, so that clients reconnect.
  ~TailLoop();

  TailHub& hub() { return hub_; }
  // Whether there are so many readers that another one is to be refused.
  bool full() const { return connections_.load() >= kMaxConnections; }
  // Takes over the socket, on which the handshake is done, and its session, which is unsubscribed
  // from the hub at the end if it was subscribed.
  void adopt(int socket, std::shared_ptr<LiveSession> session);
  // Does the same for a request that fails after the handshake: sends one close frame (1011,
  // reason), then ends.
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
