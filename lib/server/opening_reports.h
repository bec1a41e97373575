// Keeps a report of every opening that the team entered, ten minutes after it, whether or not
// anybody had the page open. A report is an item of the team (SharedItems, kind "reports") with
// what opening_json says.
//
// Starts one thread, joined by the destructor. Borrows everything.
#pragma once

#include <set>
#include <string>
#include <thread>

#include "base/cancellation.h"
#include "base/mutex.h"
#include "insight/insight.h"
#include "logql/engine.h"
#include "os/clock.h"
#include "server/shared/shared_items.h"
#include "telemetry/diagnostics.h"

namespace logsvc::server {

class OpeningReports {
 public:
  static constexpr Duration kAfter = 10 * kMinute;
  // An opening that is longer ago gets no report any more: the server was away, or it was entered
  // afterwards to look at what was.
  static constexpr Duration kWithin = kDay;

  OpeningReports(const logql::Engine& engine, insight::Insight& insight, SharedItems& items,
                 const Clock& clock, Diagnostics& diagnostics);
  ~OpeningReports();

  // Writes what is due; the thread does it every few seconds. Any thread, one at a time.
  void write_due();

 private:
  void run();
  Status write(const SharedItem& opening);

  const logql::Engine& engine_;
  insight::Insight& insight_;
  SharedItems& items_;
  const Clock& clock_;
  Diagnostics& diagnostics_;
  const CancellationSource ending_;

  Mutex writing_;  // held while reports are written
  // Of openings that had their report: one that somebody removed stays away.
  std::set<std::string> written_ GUARDED_BY(writing_);
  Timestamp next_try_ GUARDED_BY(writing_) = 0;  // after one that failed

  Mutex mutex_;
  CondVar changed_;
  bool stopping_ GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace logsvc::server
