// Keeps a report of every opening that the team entered, ten minutes after it, whether or not
// anybody had the page open. A report is an item of the team (SharedItems, kind "reports") that
// holds what opening_json writes.
//
// Starts one thread, which the destructor joins. Borrows everything.
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
  // An opening longer ago gets no report any more: the server was down, or somebody entered it
  // afterwards to look at the past.
  static constexpr Duration kWithin = kDay;

  OpeningReports(const logql::Engine& engine, insight::Insight& insight, SharedItems& items,
                 const Clock& clock, Diagnostics& diagnostics);
  ~OpeningReports();

  // Writes what is due; the thread calls it every few seconds. Any thread, one at a time.
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
  // Openings that had their report: one that somebody removed is not written again.
  std::set<std::string> written_ GUARDED_BY(writing_);
  Timestamp next_try_ GUARDED_BY(writing_) = 0;  // set after a failure

  Mutex mutex_;
  CondVar changed_;
  bool stopping_ GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace logsvc::server
