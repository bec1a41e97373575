// One thread of low priority that writes all WebSockets: it polls the sockets and an eventfd; wslay
// makes the frames. A reader that does not take its frames is not written to further; its session
// then drops lines. What waits for all readers has one budget of memory: when it is used up, the
// slowest lose what waits for them, and then their connection.
#pragma once

#include <atomic>
#include <memory>
#include <thread>
#include <vector>

#include "base/mutex.h"
#include "http/stream.h"
#include "os/clock.h"
#include "server/auth/validity.h"
#include "server/live/tail_hub.h"
#include "telemetry/metrics.h"

namespace logsvc::server {

struct TailLoopOptions {
  size_t max_viewers = 2000;
  uint64_t memory_bytes = 256u << 20;  // of what waits for all of them; 0: any
};

class TailLoop {
 public:
  TailLoop(TailLoopOptions options, const Clock& clock, Metrics& metrics);
  // Ends every connection without a close frame, so that clients reconnect.
  ~TailLoop();

  TailHub& hub() { return hub_; }
  // Whether there are so many readers, or so much waits for them, that another one is to be
  // refused, which is counted.
  bool full() const;
  // Takes over the stream, on which the handshake is done, and its session, which is unsubscribed
  // from the hub at the end if it was subscribed. The connection ends soon after the validity.
  void adopt(std::unique_ptr<http::Stream> stream, std::shared_ptr<LiveSession> session,
             Validity validity);
  // Does the same for a request that fails after the handshake: sends one close frame (1011,
  // reason), then ends.
  void adopt_refused(std::unique_ptr<http::Stream> stream, const std::string& reason);

 private:
  class Connection;
  using Connections = std::vector<std::unique_ptr<Connection>>;
  void run();
  void shed_slow(Connections& connections);
  void wake();

  const TailLoopOptions options_;
  const Clock& clock_;
  Counter& bytes_sent_;
  Counter& dropped_;
  Counter& refused_;
  Counter& shed_queues_;
  Counter& shed_readers_;
  const int wake_fd_;
  TailHub hub_;
  Mutex mutex_;
  Connections adopted_ GUARDED_BY(mutex_);
  std::atomic<size_t> connections_{0};
  std::atomic<bool> stopping_{false};
  std::thread thread_;
};

}  // namespace logsvc::server
