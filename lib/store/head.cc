#include "store/head.h"

#include <algorithm>

namespace logsvc::store {

std::vector<BatchPlace> Head::append(const Batch& batch, uint64_t sequence, int64_t now_ns,
                                     StreamRegistry& streams,
                                     const std::map<Timestamp, uint64_t>* sealed) {
  std::vector<BatchPlace> doubles;
  std::vector<uint32_t> positions;  // of doubles, among the entries of a call
  std::shared_ptr<Window> window;
  Timestamp day_start = 0, day_end = 0;  // of `window`; empty at first
  bool skip = false;                     // this day's part is in a file already
  for (uint32_t s = 0; s < batch.streams.size(); ++s) {
    const StreamEntries& group = batch.streams[s];
    if (group.entries.empty()) continue;
    const StreamRef stream = streams.get_or_add(group.labels);
    std::span<const Entry> left = group.entries;
    while (!left.empty()) {
      const Timestamp first = left.front().timestamp;
      if (first < day_start || first >= day_end) {
        day_start = start_of_day(first);
        day_end = add_saturated(day_start, kDay);
        const auto known =
            sealed ? sealed->find(day_start) : std::map<Timestamp, uint64_t>::const_iterator();
        skip = sealed && known != sealed->end() && sequence <= known->second;
        if (!skip) {
          MutexLock lock(mutex_);
          auto& slot = open_[day_start];
          if (!slot) slot = std::make_shared<Window>(day_start, sequence, now_ns);
          window = slot;
        }
      }
      const auto other_day = std::find_if(left.begin() + 1, left.end(), [&](const Entry& entry) {
        return entry.timestamp < day_start || entry.timestamp >= day_end;
      });
      const auto n = static_cast<size_t>(other_day - left.begin());
      if (!skip) {
        const auto begin = static_cast<uint32_t>(group.entries.size() - left.size());
        positions.clear();
        window->append(stream, left.first(n), sequence, positions);
        for (const uint32_t at : positions) doubles.push_back({s, begin + at});
      }
      left = left.subspan(n);
    }
  }
  MutexLock lock(mutex_);
  applied_ = sequence;
  return doubles;
}

void Head::rotate(uint64_t bytes, int64_t opened_before_ns) {
  MutexLock lock(mutex_);
  for (auto w = open_.begin(); w != open_.end();) {
    if (w->second->line_bytes() >= bytes || w->second->opened_ns() <= opened_before_ns) {
      sealing_.push_back(std::move(w->second));
      w = open_.erase(w);
    } else {
      ++w;
    }
  }
}

void Head::rotate_all() { rotate(0, std::numeric_limits<int64_t>::max()); }

void Head::rotate_to_fit(uint64_t memory_bytes) {
  MutexLock lock(mutex_);
  uint64_t total = 0;
  for (const auto& [day, w] : open_) total += w->memory_bytes();
  while (total > memory_bytes && open_.size() > 1) {
    const auto largest =
        std::max_element(open_.begin(), open_.end(), [](const auto& a, const auto& b) {
          return a.second->memory_bytes() < b.second->memory_bytes();
        });
    total -= largest->second->memory_bytes();
    sealing_.push_back(std::move(largest->second));
    open_.erase(largest);
  }
}

Head::WindowRef Head::sealing() const {
  MutexLock lock(mutex_);
  return sealing_.empty() ? nullptr : sealing_.front();
}

void Head::done(const WindowRef& window) {
  MutexLock lock(mutex_);
  std::erase_if(sealing_, [&](const auto& w) { return w == window; });
}

bool Head::has_sealing() const {
  MutexLock lock(mutex_);
  return !sealing_.empty();
}

std::vector<Head::WindowRef> Head::windows() const {
  MutexLock lock(mutex_);
  std::vector<WindowRef> out(sealing_.begin(), sealing_.end());
  for (const auto& [day, w] : open_) out.push_back(w);
  return out;
}

uint64_t Head::safe_sequence() const {
  MutexLock lock(mutex_);
  uint64_t safe = applied_;
  for (const auto& w : sealing_) safe = std::min(safe, w->span().first - 1);
  for (const auto& [day, w] : open_) safe = std::min(safe, w->span().first - 1);
  return safe;
}

void Head::pass_over(uint64_t sequence) {
  MutexLock lock(mutex_);
  applied_ = std::max(applied_, sequence);
}

uint64_t Head::memory_bytes() const {
  uint64_t total = 0;
  for (const auto& w : windows()) total += w->memory_bytes();
  return total;
}
uint64_t Head::line_bytes() const {
  uint64_t total = 0;
  for (const auto& w : windows()) total += w->line_bytes();
  return total;
}
uint64_t Head::entry_count() const {
  uint64_t total = 0;
  for (const auto& w : windows()) total += w->entry_count();
  return total;
}

}  // namespace logsvc::store
