// What the server knows about the lines that go through it without looking them up: pulse,
// silences, faults, marks. Stands between ingest and store as a LogSink: a batch that the store
// took is counted.
//
// On start it counts what the store has of the last 15 minutes, and in the background of the last
// day; faults and learned gaps are kept in DIR/faults.json and DIR/gaps.json, written once a minute
// and at the end (a crash costs a minute of them, never a line).
//
// Safe from several threads; its lock is a leaf. Starts one thread, joined by the destructor.
#pragma once

#include <memory>
#include <stop_token>
#include <string>
#include <thread>

#include "base/mutex.h"
#include "insight/agent_book.h"
#include "insight/pulse.h"
#include "insight/pulse_json.h"
#include "model/log_source.h"
#include "os/clock.h"
#include "os/file_system.h"
#include "telemetry/diagnostics.h"

namespace logsvc::insight {

struct InsightOptions {
  std::string dir;         // made if missing
  Duration retention = 0;  // of faults; 0: for ever
};

class Insight : public LogSink {
 public:
  // Borrows all but the options.
  Insight(InsightOptions options, LogSink& sink, const LogSource& source, FileSystem& files,
          const Clock& clock, Diagnostics& diagnostics);
  ~Insight() override;

  // As the sink's; what it keeps is counted.
  Result<Appended> append(std::shared_ptr<const Batch> batch) override;

  // What came with a push that was accepted: what it carries has been taken. address: the peer's.
  // kept_at_arrival: of its lines, those that were ahead of the server's clock.
  void report(wire::AgentReport report, const std::string& address, uint64_t kept_at_arrival = 0);
  // What an agent without lines says of itself; heard if it pushed from the address before.
  void heartbeat(wire::AgentReport report, const std::string& address);

  // JSON for the page, see pulse_json.h.
  std::string snapshot(bool by_minute);
  std::string faults(size_t limit);
  std::string agents();
  // The frame of this second: made once, shared by all viewers. number grows by one each.
  struct Frame {
    uint64_t number = 0;
    std::shared_ptr<const std::string> text;
  };
  Frame frame();

 private:
  void load();
  std::string read_kept(const char* file);
  void set_aside(const char* file, const Status& why);
  void restore_day();
  void restore_marks(const char* label, const char* value);
  void count_stored(TimeRange range);
  Status count_labelled(TimeRange range);
  Status count_others(TimeRange range);
  void save();
  void run();

  const InsightOptions options_;
  LogSink& sink_;
  const LogSource& source_;
  FileSystem& files_;
  const Clock& clock_;
  Diagnostics& diagnostics_;
  const Timestamp began_;

  Mutex mutex_;
  Pulse pulse_ GUARDED_BY(mutex_);
  AgentBook agents_ GUARDED_BY(mutex_);
  PulseFrames frames_ GUARDED_BY(mutex_);
  Frame frame_ GUARDED_BY(mutex_);
  int64_t frame_second_ GUARDED_BY(mutex_) = 0;

  Mutex stop_mutex_;
  CondVar stop_changed_;
  bool stopping_ GUARDED_BY(stop_mutex_) = false;
  std::stop_source stop_;
  std::thread thread_;
};

}  // namespace logsvc::insight
