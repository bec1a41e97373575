#include "server/live/live_feed.h"

#include <algorithm>

namespace logsvc::server {
namespace {

constexpr size_t kMaxVerdicts = 20'000;

}  // namespace

LiveFeed::LiveFeed(std::unique_ptr<logql::TailQuery> query, Limits limits, bool categorize,
                   const LiveMemory* memory)
    : query_(std::move(query)), limits_(limits), categorize_(categorize), memory_(memory) {}

bool LiveFeed::matches(const LabelSet& labels) {
  const auto found = verdicts_.find(labels);
  if (found != verdicts_.end()) return found->second;
  if (verdicts_.size() >= kMaxVerdicts) verdicts_.clear();
  return verdicts_[labels] = matches_all(query_->matchers(), labels);
}

LeftOut LiveFeed::matching(const Batch& batch) {
  LeftOut out;
  for (const StreamEntries& s : batch.streams) {
    if (s.entries.empty() || !matches(s.labels)) continue;
    const auto [first, last] = std::minmax_element(
        s.entries.begin(), s.entries.end(),
        [](const Entry& a, const Entry& b) { return a.timestamp < b.timestamp; });
    out.add({0, s.entries.size(), first->timestamp, last->timestamp});
  }
  return out;
}

bool LiveFeed::offer(const std::shared_ptr<const Batch>& batch, int64_t now_ns, bool room) {
  MutexLock lock(mutex_);
  const LeftOut all = matching(*batch);
  if (all.empty()) return false;
  const bool begins = std::exchange(joined_, false);
  const bool read = room && waiting_entries_ + all.unread <= limits_.waiting_entries;
  if (!read && !begins && !waiting_.empty() && !waiting_.back().batch) {
    waiting_.back().unread.add(all);
    return true;
  }
  QueuedBatch waiting{read ? batch : nullptr,
                      next_number_++,
                      now_ns,
                      read ? all.unread : 0,
                      read ? memory_bytes(*batch) : 0,
                      {},
                      begins};
  if (!read) waiting.unread = all;
  waiting_entries_ += waiting.entries;
  waiting_.push_back(std::move(waiting));
  return true;
}

void LiveFeed::join(std::shared_ptr<FeedReader> reader) {
  MutexLock lock(mutex_);
  reader->set_first_batch(next_number_);
  joined_ = true;
  readers_.push_back(std::move(reader));
}

bool LiveFeed::leave(const FeedReader* reader) {
  MutexLock lock(mutex_);
  std::erase_if(readers_, [&](const auto& one) { return one.get() == reader; });
  return !readers_.empty();
}

size_t LiveFeed::viewers() const {
  MutexLock lock(mutex_);
  return static_cast<size_t>(std::count_if(readers_.begin(), readers_.end(),
                                           [](const auto& one) { return one->is_viewer(); }));
}

std::vector<LiveFeed::QueuedBatch> LiveFeed::take_group(uint64_t most_entries, uint64_t most_bytes,
                                                        Readers& readers) {
  std::vector<QueuedBatch> group;
  uint64_t entries = 0, bytes = 0;
  MutexLock lock(mutex_);
  readers = readers_;
  while (!waiting_.empty()) {
    QueuedBatch& next = waiting_.front();
    const bool alone = next.begins || !next.batch || entries + next.entries > most_entries ||
                       bytes + next.bytes > most_bytes;
    if (!group.empty() && (alone || !group.back().batch)) break;
    entries += next.entries;
    bytes += next.bytes;
    waiting_entries_ -= next.entries;
    group.push_back(std::move(next));
    waiting_.pop_front();
  }
  return group;
}

bool LiveFeed::form() {
  for (uint64_t formed = 0, bytes = 0;
       formed < limits_.formed_entries && bytes < limits_.formed_bytes;) {
    Readers readers;
    const std::vector<QueuedBatch> group =
        take_group(limits_.formed_entries - formed, limits_.formed_bytes - bytes, readers);
    if (group.empty()) return false;
    for (const QueuedBatch& w : group) {
      formed += w.entries;
      bytes += w.bytes;
    }
    form_group(group, readers);
  }
  MutexLock lock(mutex_);
  return !waiting_.empty();
}

void LiveFeed::form_group(const std::vector<QueuedBatch>& group, const Readers& readers) {
  if (!group.front().batch) {
    auto piece = std::make_shared<LivePiece>();
    piece->batch = group.front().number;
    piece->unread = group.front().unread;
    for (const auto& reader : readers) {
      if (reader->is_for(*piece)) reader->offer(piece);
    }
    return;
  }
  std::vector<TailEntry> entries;
  for (const QueuedBatch& w : group) {
    for (const StreamEntries& s : w.batch->streams) {
      if (!matches_all(query_->matchers(), s.labels)) continue;
      for (const Entry& e : s.entries) {
        TailEntry entry;
        if (query_->process(s.labels, e, categorize_, entry.labels, entry.entry)) {
          entries.push_back(std::move(entry));
        }
      }
    }
  }
  std::stable_sort(entries.begin(), entries.end(), [](const TailEntry& a, const TailEntry& b) {
    return a.entry.timestamp < b.entry.timestamp;
  });
  for (size_t first = 0; first < entries.size(); first += limits_.piece_lines) {
    const auto begin = entries.begin() + static_cast<ptrdiff_t>(first);
    const auto n = static_cast<ptrdiff_t>(std::min(limits_.piece_lines, entries.size() - first));
    hand_out({std::make_move_iterator(begin), std::make_move_iterator(begin + n)}, group.front(),
             readers);
  }
}

// The text may outlive its piece, in frames that readers have not taken.
std::shared_ptr<const std::string> LiveFeed::counted(std::string text) const {
  struct Held {
    std::string text;
    LiveLease lease;
  };
  auto held = std::make_shared<Held>(Held{std::move(text), {}});
  if (memory_) held->lease = memory_->lease(held->text.capacity());
  const std::string* const it = &held->text;
  return {std::move(held), it};
}

void LiveFeed::hand_out(std::vector<TailEntry> entries, const QueuedBatch& oldest,
                        const Readers& readers) {
  auto piece = std::make_shared<LivePiece>();
  piece->batch = oldest.number;
  piece->offered_ns = oldest.offered_ns;
  piece->lines = entries.size();
  piece->first = entries.front().entry.timestamp;
  piece->last = entries.back().entry.timestamp;
  const auto any = [&](auto wants) {
    return std::any_of(readers.begin(), readers.end(), [&](const auto& reader) {
      return reader->is_for(*piece) && wants(*reader);
    });
  };
  if (any([&](const FeedReader& reader) { return reader.wants_text(*piece); })) {
    piece->text = counted(page_lines(entries));
    piece->bytes += piece->text->capacity();
  }
  if (any([](const FeedReader& reader) { return reader.wants_entries(); })) {
    piece->entries = std::move(entries);
    uint64_t bytes = 0;
    for (const TailEntry& entry : piece->entries) bytes += memory_bytes(entry);
    piece->bytes += bytes;
    if (memory_) piece->lease = memory_->lease(bytes);
  }
  for (const auto& reader : readers) {
    if (reader->is_for(*piece)) reader->offer(piece);
  }
}

}  // namespace logsvc::server
