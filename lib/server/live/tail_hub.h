// Hands each accepted batch to the feeds whose query may want it. Never holds up a push: feeds that
// are behind lose batches, which are counted. Safe from several threads.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/mutex.h"
#include "os/clock.h"
#include "server/live/live_feed.h"

namespace logsvc::server {

// Readers of one query, one form of its entries and one view of the lines share a feed.
struct FeedKey {
  std::string query;
  bool categorize = false;
  std::string view = {};  // whose lines it reads (access/view.h)
  auto operator<=>(const FeedKey&) const = default;
};

class TailHub {
 public:
  // wake is called when a feed got work. memory_bytes is what may wait for all readers; 0: any.
  TailHub(const Clock& clock, std::function<void()> wake, uint64_t memory_bytes = 0)
      : clock_(clock), wake_(std::move(wake)), memory_(memory_bytes) {}

  // query is parsed from the key's.
  void subscribe(const FeedKey& key, std::unique_ptr<logql::TailQuery> query,
                 std::shared_ptr<FeedReader> reader);
  // Null is ignored.
  void unsubscribe(const FeedReader* reader);
  void publish(const std::shared_ptr<const Batch>& batch);
  size_t viewers() const;
  // The tail loop only: gives readers of feeds their pieces. Calls make_room, which takes from slow
  // readers what waits for them, while too much is held. Returns true if more is waiting.
  bool form_pieces(const std::function<void()>& make_room = [] {});
  const LiveMemory& memory() const { return memory_; }

 private:
  const Clock& clock_;
  const std::function<void()> wake_;
  const LiveMemory memory_;
  mutable SharedMutex mutex_;
  std::map<FeedKey, std::shared_ptr<LiveFeed>> feeds_ GUARDED_BY(mutex_);
};

}  // namespace logsvc::server
