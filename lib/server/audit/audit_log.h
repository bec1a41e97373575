// Who did what: a second store in DIR/audit, so that neither the retention nor the size caps nor
// the delete requests of the users' lines reach it. What is recorded is on disk within a second
// while the disk works.
//
// record() never waits for the disk: events wait in a bounded queue for the one thread that writes
// them. While the disk is full or fails, they stay there, and the thread tries again; those that
// find the queue full are dropped and counted, and an event "gap" tells later readers how many.
// Nothing that goes wrong here fails a request or keeps the server from starting.
//
// Safe from several threads. Starts one thread beside those of its store; the destructor writes
// what still waits, if the disk takes it.
#pragma once

#include <atomic>
#include <deque>
#include <memory>
#include <string>
#include <thread>

#include "base/mutex.h"
#include "model/log_source.h"
#include "os/clock.h"
#include "os/file_system.h"
#include "server/audit/audit_event.h"
#include "store/store.h"
#include "telemetry/diagnostics.h"
#include "telemetry/metrics.h"

namespace logsvc::server {

struct AuditOptions {
  std::string dir = {};  // empty: nothing is recorded, since nobody is asked who they are
  Duration retention = 8760 * kHour;  // 0: for ever
  size_t most_waiting = 4096;         // events
  uint64_t most_waiting_bytes = 8u << 20;
  Duration retry = kSecond;  // after the disk failed
};

class AuditLog {
 public:
  // Borrows everything but the options.
  AuditLog(AuditOptions options, FileSystem& files, const Clock& clock, Metrics& metrics,
           Diagnostics& diagnostics);
  ~AuditLog();

  bool enabled() const { return source_ != nullptr; }
  void record(const AuditEvent& event);

  // What was recorded, the last second perhaps without; kUnavailable while its directory cannot be
  // opened. Null if nothing is recorded. Must not be used after the log is gone.
  std::shared_ptr<const LogSource> source() const { return source_; }

  // Does what Store::maintain and Store::confirm_clock do.
  Status maintain();
  Status confirm_clock();

 private:
  struct Waiting {
    Timestamp time;
    AuditKind kind;
    std::string line;
  };
  using Queue = std::deque<Waiting>;

  Status open();
  void run();
  Status write(const Queue& events);
  void note_written(const Queue& events) REQUIRES(mutex_);
  void put_back(Queue events) REQUIRES(mutex_);
  void pause() REQUIRES(mutex_);
  void push(AuditKind kind, std::string line) REQUIRES(mutex_);
  Timestamp next_time() REQUIRES(mutex_);

  const AuditOptions options_;
  FileSystem& files_;
  const Clock& clock_;
  Diagnostics& diagnostics_;
  Counter& written_;
  Counter& dropped_;
  Counter& failures_;
  // The store's own: their names are those of the main store's.
  Metrics store_metrics_;
  std::unique_ptr<store::Store> store_;          // made once, then constant
  std::atomic<store::Store*> opened_ = nullptr;  // null until it is made
  std::shared_ptr<const LogSource> source_;

  Mutex mutex_;
  CondVar changed_;
  Queue waiting_ GUARDED_BY(mutex_);
  // Of what waits and of what is being written.
  size_t held_ GUARDED_BY(mutex_) = 0;
  uint64_t held_bytes_ GUARDED_BY(mutex_) = 0;
  uint64_t missing_ GUARDED_BY(mutex_) = 0;  // dropped events of which no gap tells yet
  Timestamp last_time_ GUARDED_BY(mutex_) = 0;
  bool stopping_ GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace logsvc::server
