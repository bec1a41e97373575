// Business counters: what users of the page called worth counting, such as "tickets issued" or
// "payment failed", as a query with a name (SharedItems, kind "counters"). They are counted as
// lines come, of the lines that a principal may see; the hour before is read once from the store,
// when somebody first looks. Safe from several threads.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "base/mutex.h"
#include "os/clock.h"
#include "server/access/view.h"
#include "server/counters/counter_reader.h"
#include "server/live/tail_hub.h"
#include "server/shared/shared_items.h"

namespace logsvc::server {

class Counters {
 public:
  // Borrows everything but the principal.
  Counters(const Views& views, const Principal& principal, TailHub& hub, const SharedItems& items,
           const Clock& clock);
  ~Counters();

  // Starts counters that were added and stops those that were removed.
  void sync();
  // Returns {"counters":[{"id","since":ms,"total","unread","minutes":[60],"seconds":[60]}…]}; reads
  // the history of those that have none yet, within the limits of the run.
  std::string text(const logql::QueryRun& run = {});

 private:
  struct Counter {
    std::string query;
    Timestamp from = 0;
    std::shared_ptr<CounterReader> reader;
    bool has_history = false;  // true also while it is being read
  };
  void read_history(const Counter& counter, const logql::QueryRun& run) const;

  const Views& views_;
  const Principal principal_;
  const std::shared_ptr<const View> view_;
  TailHub& hub_;
  const SharedItems& items_;
  const Clock& clock_;
  Mutex mutex_;
  std::map<std::string, Counter> counters_ GUARDED_BY(mutex_);  // by id
};

}  // namespace logsvc::server
