#include "server/live/tail_hub.h"

namespace logsvc::server {

void TailHub::subscribe(std::shared_ptr<TailSession> session) {
  WriterLock lock(mutex_);
  sessions_.push_back(std::move(session));
}

void TailHub::subscribe(const std::string& text, std::unique_ptr<logql::TailQuery> query,
                        std::shared_ptr<FeedReader> reader) {
  WriterLock lock(mutex_);
  std::shared_ptr<LiveFeed>& feed = feeds_[text];
  if (!feed) feed = std::make_shared<LiveFeed>(std::move(query));
  feed->join(std::move(reader));
}

void TailHub::unsubscribe(const LiveSession* session) {
  if (const auto* reader = dynamic_cast<const FeedReader*>(session)) return unsubscribe(reader);
  WriterLock lock(mutex_);
  std::erase_if(sessions_, [&](const auto& s) { return s.get() == session; });
}

void TailHub::unsubscribe(const FeedReader* reader) {
  WriterLock lock(mutex_);
  std::erase_if(feeds_, [&](const auto& feed) { return !feed.second->leave(reader); });
}

void TailHub::publish(const std::shared_ptr<const Batch>& batch) {
  bool work = false;
  {
    ReaderLock lock(mutex_);
    const int64_t now = clock_.steady_ns();
    for (const auto& session : sessions_) work |= session->offer(batch, now);
    for (const auto& [text, feed] : feeds_) work |= feed->offer(batch, now);
  }
  if (work) wake_();
}

bool TailHub::form_pieces() {
  std::vector<std::shared_ptr<LiveFeed>> feeds;
  {
    ReaderLock lock(mutex_);
    for (const auto& [text, feed] : feeds_) feeds.push_back(feed);
  }
  bool more = false;
  for (const auto& feed : feeds) more |= feed->form();
  return more;
}

size_t TailHub::viewers() const {
  ReaderLock lock(mutex_);
  size_t n = sessions_.size();
  for (const auto& [text, feed] : feeds_) n += feed->viewers();
  return n;
}

}  // namespace logsvc::server
