// Sends the spool's lines to one client's server in batches, in order, on one thread. A batch that
// fails is sent again with the same bytes until the server accepts or refuses it; only then does
// the spool release it. What is refused for good is kept (refused_lines.h). While a server is away
// it is probed every two seconds or more often, so that sending continues soon after it is back.
#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <thread>

#include "agent/common/agent_metrics.h"
#include "agent/push/batch.h"
#include "agent/push/clock_offset.h"
#include "agent/push/push_target.h"
#include "agent/push/report_source.h"
#include "agent/spool/refused_lines.h"
#include "agent/spool/spool.h"
#include "agent/spool/spool_wakeup.h"
#include "base/mutex.h"
#include "os/clock.h"
#include "telemetry/diagnostics.h"

namespace logsvc::agent {

struct PusherOptions {
  std::string name;   // the client's name in messages
  size_t client = 0;  // its number in the spool
  BatchLimits batch;
  // In the long run pushes begin this far apart unless a batch is full. After a quiet time a few
  // are sent at once, because a container's start and its first line follow each other closely.
  Duration batch_wait = 100 * kMillisecond;
  Duration min_backoff = 500 * kMillisecond;
  Duration max_backoff = 30 * kSecond;
  Duration report_interval = 10 * kSecond;
  Duration describe_interval = 5 * kSecond;  // how often the containers are described again
  bool drop_rate_limited = false;            // treats 429 as final
};

class Pusher : public SpoolWakeup {
 public:
  // The pusher's state for the status page.
  struct Status {
    std::string name;
    uint64_t waiting_lines = 0;
    std::optional<Duration> clock_offset;  // this host's clock minus the server's
    std::string error;                     // error of the last push that failed; empty: none
    Timestamp error_at = 0;
  };

  // Borrows everything. Starts its thread.
  Pusher(Spool& spool, RefusedLines& refused, PushTarget& target, const Clock& clock,
         AgentMetrics& metrics, Diagnostics& diagnostics, PusherOptions options,
         ReportSource& reports);
  // Stops as soon as the target has cancelled; what is not acknowledged stays in the spool.
  ~Pusher() override;

  void wake() override;
  Status status() const;  // any thread

 private:
  using Done = logsvc::Status;  // Status is the page's type here
  void run();
  // Takes from the spool what fits into the batch.
  Done fill(Batch& batch);
  // Returns true when the message is delivered or given up.
  bool send(const PushMessage& message, uint64_t lines);
  bool send_halves(const PushMessage& message, uint64_t lines, const std::string& why);
  // Keeps the refused entries that the outcome names, or all of the message.
  void refuse(const PushMessage& message, uint64_t lines, const PushOutcome& outcome);
  void set_aside(const std::string& tenant, uint64_t lines, const std::string& why,
                 std::string_view block);
  PushOutcome push(const PushMessage& message);
  void send_report();
  void measure_clock(Timestamp before, const PushOutcome& outcome);
  void note_error(const std::string& why);
  // Waits for the next try; less long if the server was away and is back.
  void pause(Duration backoff, const PushOutcome& outcome);
  void obey_requests();
  void acknowledge(const Batch& batch);
  std::string report(const Batch* batch);
  // Adds some of the containers to the report; the next report continues with the others.
  std::string with_sources(wire::AgentReport report);
  // Waits until the time (steady_ns), a wake-up if `wakeable`, or the end.
  void wait_until(int64_t until, bool wakeable);

  Spool& spool_;
  RefusedLines& refused_lines_;
  PushTarget& target_;
  const Clock& clock_;
  AgentMetrics& metrics_;
  Diagnostics& diagnostics_;
  const PusherOptions options_;
  ReportSource& reports_;
  std::atomic<bool> stop_{false};
  Mutex mutex_;
  CondVar wanted_;
  bool work_ GUARDED_BY(mutex_) = true;
  // Only for the thread.
  std::unique_ptr<Spool::Reader> reader_;
  SpoolGroup group_;  // was read, but is not in a batch yet
  bool has_group_ = false;
  int64_t last_report_ns_ = 0;
  int64_t next_push_ns_ = 0;  // for an even pace; a few pushes may be ahead of it
  std::vector<wire::SourceDescription> untold_;
  int64_t described_ns_ = INT64_MIN;
  uint64_t refused_ = 0;
  bool was_failing_ = false;
  ClockOffset clock_offset_;
  mutable Mutex status_mutex_;
  std::string last_error_ GUARDED_BY(status_mutex_);
  Timestamp last_error_at_ GUARDED_BY(status_mutex_) = 0;
  std::optional<Duration> shown_offset_ GUARDED_BY(status_mutex_);
  std::thread thread_;
};

}  // namespace logsvc::agent
