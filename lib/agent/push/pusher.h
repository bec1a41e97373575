// Spool → batches → target, in order, one thread. A batch that fails is sent again, byte for byte
// the same, until the server takes or refuses it; only then does the spool let it go.
#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <thread>

#include "agent/agent_metrics.h"
#include "agent/push/push_target.h"
#include "agent/spool/spool.h"
#include "base/mutex.h"
#include "telemetry/diagnostics.h"

namespace logsvc::agent {

struct PusherOptions {
  uint64_t batch_bytes = 1u << 20;  // of lines
  Duration min_backoff = 200 * kMillisecond;
  Duration max_backoff = 15 * kSecond;
};

class Pusher {
 public:
  // Borrows everything. Starts its thread.
  Pusher(Spool& spool, PushTarget& target, const Clock& clock, AgentMetrics& metrics,
         Diagnostics& diagnostics, PusherOptions options);
  // Ends within the target's cancel; what is not acknowledged stays in the spool.
  ~Pusher();

  // Something is in the spool.
  void wake();

 private:
  struct BatchToSend {
    std::string body;
    uint64_t last_sequence = 0;
    uint64_t lines = 0;
  };
  void run();
  // False: nothing waits.
  Result<bool> collect(BatchToSend& batch);
  // True when the batch is off our hands.
  bool send(const BatchToSend& batch);
  void acknowledge(uint64_t sequence, bool force);
  void wait(Duration time);

  Spool& spool_;
  PushTarget& target_;
  const Clock& clock_;
  AgentMetrics& metrics_;
  Diagnostics& diagnostics_;
  const PusherOptions options_;
  std::atomic<bool> stop_{false};
  Mutex mutex_;
  CondVar wanted_;
  bool work_ GUARDED_BY(mutex_) = true;
  // The thread's alone.
  uint64_t sent_sequence_ = 0;
  uint64_t acknowledged_sequence_ = 0;
  int64_t acknowledged_ns_ = 0;
  bool was_failing_ = false;
  std::thread thread_;
};

}  // namespace logsvc::agent
