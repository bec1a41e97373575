// Spool → batches → one client's server, in order, one thread. A batch that fails is sent again,
// byte for byte the same, until the server takes or refuses it; only then does the spool let it go.
#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <thread>

#include "agent/agent_metrics.h"
#include "agent/push/batch.h"
#include "agent/push/push_target.h"
#include "agent/spool/spool.h"
#include "base/mutex.h"
#include "os/clock.h"
#include "telemetry/diagnostics.h"

namespace logsvc::agent {

struct PusherOptions {
  std::string name;   // of the client, in messages
  size_t client = 0;  // its number in the spool
  BatchLimits batch;
  // Pushes begin this far apart in the long run, unless a batch is full: behind a quiet time a few
  // go at once, as a container's start and its first line come one after the other.
  Duration batch_wait = 100 * kMillisecond;
  Duration min_backoff = 500 * kMillisecond;
  Duration max_backoff = 30 * kSecond;
  Duration report_interval = 10 * kSecond;
  Duration describe_interval = 5 * kSecond;  // then the containers are told of anew
  bool drop_rate_limited = false;            // 429 is a final no
};

class Pusher {
 public:
  // What every report of this agent says, asked from the pusher's thread.
  struct Says {
    std::function<wire::AgentReport()> report;  // host, version, start, drops of all clients
    std::function<std::vector<wire::SourceDescription>()> sources = [] {
      return std::vector<wire::SourceDescription>();
    };
  };

  // Borrows everything. Starts its thread.
  Pusher(Spool& spool, PushTarget& target, const Clock& clock, AgentMetrics& metrics,
         Diagnostics& diagnostics, PusherOptions options, Says says);
  // Ends within the target's cancel; what is not acknowledged stays in the spool.
  ~Pusher();

  // Something is in the spool.
  void wake();

 private:
  void run();
  // Takes what the spool has and the batch can.
  Status fill(Batch& batch);
  // True when the message is off our hands.
  bool send(const PushMessage& message, uint64_t lines);
  bool send_halves(const PushMessage& message, uint64_t lines, const std::string& why);
  void refuse(uint64_t lines, const std::string& why);
  void acknowledge(const Batch& batch);
  std::string report(const Batch* batch);
  // Some of the containers into the report; the next one goes on where there was no more room.
  std::string with_sources(wire::AgentReport report);
  // Until the time (steady_ns), a wake-up if `wakeable`, or the end.
  void wait_until(int64_t until, bool wakeable);

  Spool& spool_;
  PushTarget& target_;
  const Clock& clock_;
  AgentMetrics& metrics_;
  Diagnostics& diagnostics_;
  const PusherOptions options_;
  const Says says_;
  std::atomic<bool> stop_{false};
  Mutex mutex_;
  CondVar wanted_;
  bool work_ GUARDED_BY(mutex_) = true;
  // The thread's alone.
  std::unique_ptr<Spool::Reader> reader_;
  SpoolGroup group_;  // read, but not in a batch yet
  bool has_group_ = false;
  int64_t last_report_ns_ = 0;
  int64_t next_push_ns_ = 0;  // by the even pace; a few may be ahead of it
  std::vector<wire::SourceDescription> untold_;
  int64_t described_ns_ = INT64_MIN;
  uint64_t refused_ = 0;
  bool was_failing_ = false;
  std::string last_error_;
  Timestamp last_error_at_ = 0;
  std::thread thread_;
};

}  // namespace logsvc::agent
