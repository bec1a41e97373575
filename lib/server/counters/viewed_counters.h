// The business counters as each may see them. Who sees all lines gets those of the server; for a
// part, the same queries are counted over the lines of the part, from when somebody first asks (the
// hour before is read from the store), until nobody has asked for a while. Safe from several
// threads.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "base/mutex.h"
#include "server/access/view.h"
#include "server/counters/counters.h"

namespace logsvc::server {

class ViewedCounters {
 public:
  static constexpr Duration kForgotten = 10 * kMinute;
  static constexpr size_t kMaxViews = 32;  // the one not asked for longest makes room

  // Borrows everything.
  ViewedCounters(const Views& views, TailHub& hub, const SharedItems& items, const Clock& clock)
      : views_(views),
        hub_(hub),
        items_(items),
        clock_(clock),
        all_(views, {}, hub, items, clock) {}

  // Like Counters'.
  void sync();
  std::string text(const Principal& principal, const logql::QueryRun& run = {});

  // Ends counting what nobody has asked for in a while.
  void drop_unused();

 private:
  struct Counted {
    std::shared_ptr<Counters> counters;
    int64_t asked_ns = 0;  // steady
  };
  std::shared_ptr<Counters> of(const Principal& principal, const std::string& key);
  std::vector<std::shared_ptr<Counters>> every() const;

  const Views& views_;
  TailHub& hub_;
  const SharedItems& items_;
  const Clock& clock_;
  Counters all_;
  mutable Mutex mutex_;
  std::map<std::string, Counted> of_parts_ GUARDED_BY(mutex_);
};

}  // namespace logsvc::server
