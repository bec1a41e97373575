// Hands each accepted batch to the live readers whose query may want it. Never holds up a push:
// readers that are behind lose batches, counted. Safe from several threads.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "base/mutex.h"
#include "os/clock.h"
#include "server/live/live_feed.h"
#include "server/live/tail_session.h"

namespace logsvc::server {

class TailHub {
 public:
  // wake: called when a session got work.
  TailHub(const Clock& clock, std::function<void()> wake) : clock_(clock), wake_(std::move(wake)) {}

  void subscribe(std::shared_ptr<TailSession> session);
  // Those of one text share a feed. query: of that text.
  void subscribe(const std::string& text, std::unique_ptr<logql::TailQuery> query,
                 std::shared_ptr<FeedReader> reader);
  void unsubscribe(const LiveSession* session);
  void unsubscribe(const FeedReader* reader);
  void publish(const std::shared_ptr<const Batch>& batch);
  size_t viewers() const;
  // The tail loop alone: what readers of feeds get. True: more is waiting.
  bool form_pieces();

 private:
  const Clock& clock_;
  const std::function<void()> wake_;
  mutable SharedMutex mutex_;
  std::vector<std::shared_ptr<TailSession>> sessions_ GUARDED_BY(mutex_);
  std::map<std::string, std::shared_ptr<LiveFeed>> feeds_ GUARDED_BY(mutex_);  // by query
};

}  // namespace logsvc::server
