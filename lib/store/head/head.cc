#include "store/head/head.h"

#include <algorithm>
#include <limits>
#include <unordered_set>

namespace logsvc::store {
namespace {

// Lines of so many days at a time are not a live log but an import: its windows are sealed
// together, and these stay open for late lines.
constexpr size_t kManyOpen = 64;
constexpr size_t kLatestOpen = 16;

}  // namespace

std::vector<BatchPlace> Head::append(const Batch& batch, uint64_t sequence, int64_t now_ns,
                                     StreamRegistry& streams,
                                     const std::map<Timestamp, uint64_t>* sealed) {
  std::vector<BatchPlace> duplicates;
  std::vector<uint32_t> positions;  // of duplicates, among the entries of a call
  Window::Sizes before, grown;
  std::shared_ptr<Window> window;
  Timestamp day_start = 0, day_end = 0;  // of `window`; empty at first
  bool skip = false;                     // this day's part is in a file already
  const auto leave = [&] {
    if (!window) return;
    const Window::Sizes now = window->sizes();
    grown.line_bytes += now.line_bytes - before.line_bytes;
    grown.memory_bytes += now.memory_bytes - before.memory_bytes;
    grown.entries += now.entries - before.entries;
    window = nullptr;
  };
  for (uint32_t s = 0; s < batch.streams.size(); ++s) {
    const StreamEntries& group = batch.streams[s];
    if (group.entries.empty()) continue;
    const StreamRef stream = streams.get_or_add(group.labels);
    std::span<const Entry> left = group.entries;
    while (!left.empty()) {
      const Timestamp first = left.front().timestamp;
      if (first < day_start || first >= day_end) {
        leave();
        day_start = start_of_day(first);
        day_end = add_saturated(day_start, kDay);
        const auto known =
            sealed ? sealed->find(day_start) : std::map<Timestamp, uint64_t>::const_iterator();
        skip = sealed && known != sealed->end() && sequence <= known->second;
        if (!skip) {
          window = open_window(day_start, sequence, now_ns);
          before = window->sizes();
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
        for (const uint32_t at : positions) duplicates.push_back({s, begin + at});
      }
      left = left.subspan(n);
    }
  }
  leave();
  MutexLock lock(mutex_);
  sizes_.line_bytes += grown.line_bytes;
  sizes_.memory_bytes += grown.memory_bytes;
  sizes_.entries += grown.entries;
  applied_ = sequence;
  return duplicates;
}

std::shared_ptr<Window> Head::open_window(Timestamp day, uint64_t sequence, int64_t now_ns) {
  MutexLock lock(mutex_);
  auto& slot = open_[day];
  if (!slot) {
    slot = std::make_shared<Window>(day, sequence, now_ns);
    sizes_.memory_bytes += slot->sizes().memory_bytes;
  }
  if (grown_.empty() || grown_.back() != day) grown_.push_back(day);
  return slot;
}

Head::Open::iterator Head::queue(Open::iterator window) {
  sealing_.push_back(std::move(window->second));
  return open_.erase(window);
}

void Head::rotate_full(uint64_t bytes) {
  MutexLock lock(mutex_);
  for (const Timestamp day : grown_) {
    const auto window = open_.find(day);
    if (window != open_.end() && window->second->sizes().line_bytes >= bytes) queue(window);
  }
  grown_.clear();
  if (open_.size() <= kManyOpen) return;
  const auto latest = std::prev(open_.end(), kLatestOpen);
  for (auto w = open_.begin(); w != latest;) w = queue(w);
}

void Head::rotate_old(int64_t opened_before_ns) {
  MutexLock lock(mutex_);
  for (auto w = open_.begin(); w != open_.end();) {
    w = w->second->opened_ns() <= opened_before_ns ? queue(w) : std::next(w);
  }
}

void Head::rotate_all() { rotate_old(std::numeric_limits<int64_t>::max()); }

void Head::rotate_to_fit(uint64_t memory_bytes) {
  MutexLock lock(mutex_);
  uint64_t total = 0;
  std::vector<std::pair<uint64_t, Timestamp>> by_size;
  for (const auto& [day, w] : open_) {
    by_size.emplace_back(w->sizes().memory_bytes, day);
    total += by_size.back().first;
  }
  std::sort(by_size.rbegin(), by_size.rend());
  for (const auto& [bytes, day] : by_size) {
    if (total <= memory_bytes) break;
    queue(open_.find(day));
    total -= bytes;
  }
}

std::vector<Head::WindowRef> Head::sealing(size_t max_windows, uint64_t max_bytes) const {
  MutexLock lock(mutex_);
  std::vector<WindowRef> out;
  uint64_t bytes = 0;
  for (const auto& window : sealing_) {
    bytes += window->sizes().line_bytes;
    if (!out.empty() && (out.size() >= max_windows || bytes > max_bytes)) break;
    out.push_back(window);
  }
  return out;
}

void Head::done(std::span<const WindowRef> windows) {
  MutexLock lock(mutex_);
  std::unordered_set<const Window*> done;
  for (const WindowRef& window : windows) done.insert(window.get());
  std::deque<std::shared_ptr<Window>> left;
  for (auto& window : sealing_) {
    if (done.count(window.get())) {
      subtract(*window);
    } else {
      left.push_back(std::move(window));
    }
  }
  sealing_ = std::move(left);
}

void Head::subtract(const Window& window) {
  const Window::Sizes sizes = window.sizes();
  sizes_.line_bytes -= sizes.line_bytes;
  sizes_.memory_bytes -= sizes.memory_bytes;
  sizes_.entries -= sizes.entries;
}

bool Head::has_sealing() const {
  MutexLock lock(mutex_);
  return !sealing_.empty();
}

uint64_t Head::drop(const std::function<bool(Timestamp day)>& past) {
  MutexLock lock(mutex_);
  const uint64_t before = sizes_.entries;
  for (auto w = open_.begin(); w != open_.end();) {
    w = past(w->first) ? queue(w) : std::next(w);
  }
  std::deque<std::shared_ptr<Window>> left;
  for (auto& window : sealing_) {
    if (past(window->day())) {
      subtract(*window);
    } else {
      left.push_back(std::move(window));
    }
  }
  sealing_ = std::move(left);
  return before - sizes_.entries;
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

Window::Sizes Head::sizes() const {
  MutexLock lock(mutex_);
  return sizes_;
}

}  // namespace logsvc::store
