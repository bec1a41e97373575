// A job's journal into the store, on a thread of its own.
#pragma once

#include <atomic>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <thread>

#include "agent/files/line_store.h"
#include "agent/journald/journal.h"
#include "agent/pipeline/job.h"

namespace logsvc::agent {

// Entries → lines of pipelines, one a label set. Belongs to one thread.
class JournalLines {
 public:
  JournalLines(std::shared_ptr<const Job> job, JournalConfig config, LineStore& store,
               const Clock& clock);

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
  TargetPipeline* pipeline_of(const Labels& discovered);

  const std::shared_ptr<const Job> job_;
  const JournalConfig config_;
  LineStore& store_;
  const Clock& clock_;
  const std::string source_;
  std::map<Labels, std::unique_ptr<TargetPipeline>> pipelines_;  // by labels after the rules
  uint64_t sequence_ = 0;
  std::deque<std::pair<uint64_t, std::string>> cursors_;  // of entries not yet safe, in order
  std::string committed_;
};

class JournalTarget {
 public:
  // Starts the thread. Borrows everything but the job. start: the cursor to go on from if the store
  // knows no place yet, as a Promtail has left it; empty: none.
  JournalTarget(std::shared_ptr<const Job> job, JournalConfig config, std::string start,
                LineStore& store, const Clock& clock, Diagnostics& diagnostics);
  ~JournalTarget();

 private:
  void run();
  // Until the journal breaks or the end comes.
  void read(JournalReader& journal);
  void wait_until(int64_t steady_ns) const;

  const std::shared_ptr<const Job> job_;
  const JournalConfig config_;
  const std::string start_;
  LineStore& store_;
  const Clock& clock_;
  Diagnostics& diagnostics_;
  std::atomic<bool> stop_{false};
  std::thread thread_;
};

}  // namespace logsvc::agent
