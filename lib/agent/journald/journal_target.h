// Reads a job's journal into the store on its own thread.
#pragma once

#include <atomic>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <thread>

#include "agent/files/line_store.h"
#include "agent/jobs/job.h"
#include "agent/jobs/labelled_pipelines.h"
#include "agent/journald/systemd_reader.h"
#include "telemetry/metrics.h"

namespace logsvc::agent {

// Uses Promtail's names. Safe from several threads.
struct JournalMetrics {
  explicit JournalMetrics(Metrics& m);
  Counter& lines;
  Counter& without_message;
  Counter& without_labels;
};

// Turns entries into lines of pipelines, one per label set. Belongs to one thread.
class JournalLines {
 public:
  JournalLines(std::shared_ptr<const Job> job, JournalConfig config, LineStore& store,
               const Clock& clock, JournalMetrics& metrics);

  void add(const JournalEntry& entry);
  // Makes what was read so far safe. Returns false when stopping.
  bool commit();
  void flush_due();
  // Returns when a rate limit allows the next entry (steady_ns).
  int64_t paused_until() const;
  const std::string& source() const { return source_; }

 private:
  // Returns an entry's labels before the rules: __journal_… from its fields, and the job's.
  Labels discovered(const JournalEntry& entry) const;

  const std::shared_ptr<const Job> job_;
  const JournalConfig config_;
  LineStore& store_;
  const Clock& clock_;
  JournalMetrics& metrics_;
  const std::string source_;
  LabelledPipelines pipelines_;
  uint64_t sequence_ = 0;
  std::deque<std::pair<uint64_t, std::string>> cursors_;  // entries not yet safe, in order
  std::string committed_;
};

class JournalTarget {
 public:
  struct Options {
    JournalConfig config;
    // The cursor to continue from if the store has no place yet, as a Promtail left it; empty:
    // none.
    std::string start;
    // Receives the cursor of the last safe entry every sync_period and at the end; called on the
    // thread.
    std::function<void(const std::string&)> on_position;
    Duration sync_period = 10 * kSecond;
  };
  // Starts the thread. Borrows everything but the job.
  JournalTarget(std::shared_ptr<const Job> job, Options options, LineStore& store,
                const Clock& clock, JournalMetrics& metrics, Diagnostics& diagnostics);
  ~JournalTarget();

 private:
  void run();
  // Reads until the journal fails or the target is stopped.
  void read(JournalReader& journal);
  void wait_until(int64_t steady_ns) const;

  void report_position(const std::string& source) const;

  const std::shared_ptr<const Job> job_;
  const Options options_;
  LineStore& store_;
  const Clock& clock_;
  JournalMetrics& metrics_;
  Diagnostics& diagnostics_;
  std::atomic<bool> stop_{false};
  std::thread thread_;
};

}  // namespace logsvc::agent
