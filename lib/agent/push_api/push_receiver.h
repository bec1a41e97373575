// Takes pushed entries through the pipelines of a job into its store.
//
// What take() reports as accepted survives a power cut. What was not accepted completely must be
// pushed again and may then exist twice. Only an open multi-line block is in memory alone, and is
// lost if the process is killed. A full store and stages that limit the rate make pushes wait, and
// refuse them after some seconds; at most one push is kept in memory for a full store.
//
// take() and take_lines() may be called from several threads, and wait for each other. One thread
// closes blocks whose time is over; the destructor ends it and stores what is left.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <thread>

#include "agent/files/line_store.h"
#include "agent/jobs/labelled_pipelines.h"
#include "base/mutex.h"
#include "model/entry.h"
#include "os/clock.h"
#include "telemetry/diagnostics.h"
#include "telemetry/metrics.h"

namespace logsvc::agent {

// Counts pushes. Safe from several threads.
struct PushApiMetrics {
  explicit PushApiMetrics(Metrics& m);
  Counter& entries;
  Counter& without_labels;
  // Counts refused pushes.
  Counter& bad;
  Counter& too_large;
  Counter& paused;
  Counter& no_room;
};

class PushReceiver {
 public:
  struct Context {
    LineStore& store;  // only for this receiver
    const Clock& clock;
    PushApiMetrics& metrics;
    Diagnostics& diagnostics;
  };
  // Borrows what is in the context.
  PushReceiver(std::shared_ptr<const Job> job, PushApiConfig config, const Context& context);
  ~PushReceiver();

  // kLimit: a stage limits the rate, for `retry_after`. kNoSpace: the store is full. kUnavailable:
  // the agent is stopping.
  struct Answer {
    Status status;
    Duration retry_after = 0;
  };
  Answer take(const Batch& batch);
  // Takes each line of the text, except empty ones, with the labels of the configuration; no rule
  // is applied, as in Promtail.
  Answer take_lines(std::string_view text);

  // Makes all waiting calls give up.
  void stop();

 private:
  // Waits until entries may be added.
  Answer wait_for_turn() REQUIRES(mutex_);
  Status add_stream(const StreamEntries& stream) REQUIRES(mutex_);
  Status add_lines(std::string_view text) REQUIRES(mutex_);
  void add(TargetPipeline& pipeline, Timestamp time, std::string_view line,
           std::span<const LabelView> metadata) REQUIRES(mutex_);
  // Stores what was added. Releases the mutex while it waits for room.
  Status commit() REQUIRES(mutex_);
  // Does the same without waiting.
  Status try_commit() REQUIRES(mutex_);
  Answer finish(Status added) EXCLUDES(mutex_);
  int64_t next_due() const REQUIRES(mutex_);
  int64_t paused_until() const REQUIRES(mutex_);
  void flush_due() REQUIRES(mutex_);
  void run();

  const std::shared_ptr<const Job> job_;
  const PushApiConfig config_;
  const Context context_;
  const std::string source_;
  Mutex mutex_;
  CondVar changed_;
  bool stopping_ GUARDED_BY(mutex_) = false;
  LabelledPipelines pipelines_ GUARDED_BY(mutex_);
  std::unique_ptr<TargetPipeline> raw_ GUARDED_BY(mutex_);  // for plain lines
  uint64_t sequence_ GUARDED_BY(mutex_) = 0;
  bool added_ GUARDED_BY(mutex_) = false;      // since the last commit
  size_t added_bytes_ GUARDED_BY(mutex_) = 0;  // since the last commit
  std::thread thread_;
};

}  // namespace logsvc::agent
