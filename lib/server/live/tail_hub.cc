#include "server/live/tail_hub.h"

namespace logsvc::server {

void TailHub::subscribe(const FeedKey& key, std::unique_ptr<logql::TailQuery> query,
                        std::shared_ptr<FeedReader> reader) {
  WriterLock lock(mutex_);
  std::shared_ptr<LiveFeed>& feed = feeds_[key];
  if (!feed) feed = std::make_shared<LiveFeed>(std::move(query), key.categorize, &memory_);
  feed->join(std::move(reader));
}

void TailHub::unsubscribe(const FeedReader* reader) {
  if (!reader) return;
  WriterLock lock(mutex_);
  std::erase_if(feeds_, [&](const auto& feed) { return !feed.second->leave(reader); });
}

void TailHub::publish(const std::shared_ptr<const Batch>& batch) {
  bool work = false;
  {
    ReaderLock lock(mutex_);
    if (feeds_.empty()) return;
    const int64_t now = clock_.steady_ns();
    const bool room = !memory_.full();
    const auto held = memory_.hold(batch);
    for (const auto& [key, feed] : feeds_) work |= feed->offer(held, now, room);
  }
  if (work) wake_();
}

bool TailHub::form_pieces(const std::function<void()>& make_room) {
  std::vector<std::shared_ptr<LiveFeed>> feeds;
  {
    ReaderLock lock(mutex_);
    for (const auto& [key, feed] : feeds_) feeds.push_back(feed);
  }
  bool more = false;
  for (const auto& feed : feeds) {
    if (memory_.full()) make_room();
    more |= feed->form();
  }
  if (memory_.full()) make_room();
  return more;
}

size_t TailHub::viewers() const {
  ReaderLock lock(mutex_);
  size_t n = 0;
  for (const auto& [key, feed] : feeds_) n += feed->viewers();
  return n;
}

}  // namespace logsvc::server
