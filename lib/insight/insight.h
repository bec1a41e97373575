// What the server knows about the lines that pass through it without looking them up: pulse,
// silences, errors, marks. It stands between ingest and store as a LogSink: what the store took of
// a batch is counted.
//
// On start it counts what the store has of the last 15 minutes, and in the background of the last
// day, and reads back container events of the whole retention, the newest of them. Errors, learned
// gaps, and agents with their ledgers are kept in DIR/faults.json, gaps.json and agents.json,
// written once a minute and at the end; agents.json also within seconds after a hole in a ledger
// opened or was filled. A crash costs a minute of them, never a line; source_ledger.h says what
// that means for a ledger. All are forgotten after the retention.
//
// Pushes queue what they bring, and count it if nobody has the lock under which the JSON of pages
// is made. Whoever looks counts what is queued first, so that what was accepted before is always in
// what is shown; otherwise the thread does so once a second. A push waits for the lock only when
// more is queued than may be (arrivals.h).
//
// Whoever sees a part of the lines alone, or sees them masked, gets the same of that part
// (partial_pulse.h); agents.json and what is kept of errors and gaps are of the whole.
//
// Safe from several threads. While all agents are written, its lock is held for the copy of one
// agent at most. Starts one thread, and another
// one when somebody asks for a part; the destructor joins them.
#pragma once

#include <chrono>
#include <memory>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "base/mutex.h"
#include "insight/agent_book.h"
#include "insight/arrivals.h"
#include "insight/kept_files.h"
#include "insight/part.h"
#include "insight/partial_pulses.h"
#include "insight/pulse.h"
#include "insight/pulse_json.h"
#include "model/log_source.h"
#include "os/clock.h"
#include "os/file_system.h"
#include "telemetry/diagnostics.h"

namespace logsvc::insight {

struct InsightOptions {
  std::string dir;         // made if it is missing
  Duration retention = 0;  // of all that is kept; 0: for ever
};

class Insight : public LogSink {
 public:
  // Borrows everything but the options.
  Insight(InsightOptions options, LogSink& sink, const LogSource& source, FileSystem& files,
          const Clock& clock, Diagnostics& diagnostics);
  ~Insight() override;

  // Behaves as the sink's append; what it keeps is counted.
  Result<Appended> append(std::shared_ptr<const Batch> batch) override;

  // Counts what came with a push that was accepted, that is, whose lines were taken. address is the
  // peer's. kept_at_arrival says how many of its lines were ahead of the server's clock.
  void report(wire::AgentReport report, const std::string& address, uint64_t kept_at_arrival = 0);
  // Takes what an agent without lines says of itself; ignored unless it pushed from the address
  // before.
  void heartbeat(wire::AgentReport report, const std::string& address);

  // JSON for the page; pulse_json.h describes it.
  std::string snapshot(bool by_minute, const Part& part = {});
  std::string errors(size_t limit, const Part& part = {});
  std::string agents(const Part& part = {});
  // Returns what happened to containers in the range, oldest first, of the newest 1000 events. For
  // a part it reads them, and may fail.
  Result<std::vector<Mark>> marks(TimeRange range, const Part& part = {});
  // The frame of this second, made once and shared by all viewers of the part.
  Frame frame(const Part& part = {});

 private:
  void bring(Arrival arrival);
  void count_arrived() REQUIRES(mutex_);
  void count(ReportArrival arrival, Timestamp now) REQUIRES(mutex_);
  void load();
  void load_agents(const std::string& text);
  // Everything older is forgotten.
  Timestamp oldest_kept() const;
  void restore_day();
  void restore_marks();
  void count_stored(TimeRange range);
  Frame partial_frame(PartialPulse& partial, bool all_agents);
  void save(bool at_end);
  void save_agents(bool at_end);
  void run();
  enum class Due { kCount, kAll, kAgents, kEnd };
  Due wait(std::chrono::steady_clock::time_point all_due);

  const InsightOptions options_;
  LogSink& sink_;
  const LogSource& source_;
  const Clock& clock_;
  Diagnostics& diagnostics_;
  const Timestamp began_;
  KeptFiles kept_;

  PartialPulses partials_;
  Arrivals arrivals_;
  Mutex mutex_;
  Pulse pulse_ GUARDED_BY(mutex_);
  AgentBook agents_ GUARDED_BY(mutex_);
  PulseFrames frames_ GUARDED_BY(mutex_);
  Frame frame_ GUARDED_BY(mutex_);
  int64_t frame_second_ GUARDED_BY(mutex_) = 0;

  Mutex stop_mutex_;
  CondVar stop_changed_;
  bool stopping_ GUARDED_BY(stop_mutex_) = false;
  bool holes_changed_ GUARDED_BY(stop_mutex_) = false;
  std::stop_source stop_;
  std::thread thread_;
};

}  // namespace logsvc::insight
