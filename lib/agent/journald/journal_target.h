// A job's journal into the store, on a thread of its own.
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

// Under Promtail's names. Safe from several threads.
struct JournalMetrics {
  explicit JournalMetrics(Metrics& m);
  Counter& lines;
  Counter& without_message;
  Counter& without_labels;
};

// Entries → lines of pipelines, one a label set. Belongs to one thread.
class JournalLines {
 public:
  JournalLines(std::shared_ptr<const Job> job, JournalConfig config, LineStore& store,
               const Clock& clock, JournalMetrics& metrics);

  void add(const JournalEntry& entry);
  // What is read so far is safe. False: stopping.
  bool commit();
  void flush_due();
  // A limit of rate wants no entry before (steady_ns).
  int64_t paused_until() const;
  const std::string& source() const { return source_; }

 private:
  // The labels of an entry before the rules: __journal_… of its fields, and the job's.
  Labels discovered(const JournalEntry& entry) const;

  const std::shared_ptr<const Job> job_;
  const JournalConfig config_;
  LineStore& store_;
  const Clock& clock_;
  JournalMetrics& metrics_;
  const std::string source_;
  LabelledPipelines pipelines_;
  uint64_t sequence_ = 0;
  std::deque<std::pair<uint64_t, std::string>> cursors_;  // of entries not yet safe, in order
  std::string committed_;
};

class JournalTarget {
 public:
  struct Options {
    JournalConfig config;
    // The cursor to go on from if the store knows no place yet, as a Promtail has left it; empty:
    // none.
    std::string start;
    // Is given the cursor of the last entry that is safe, every sync_period and at the end; from
    // the thread.
    std::function<void(const std::string&)> on_position;
    Duration sync_period = 10 * kSecond;
  };
  // Starts the thread. Borrows everything but the job.
  JournalTarget(std::shared_ptr<const Job> job, Options options, LineStore& store,
                const Clock& clock, JournalMetrics& metrics, Diagnostics& diagnostics);
  ~JournalTarget();

 private:
  void run();
  // Until the journal breaks or the end comes.
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
