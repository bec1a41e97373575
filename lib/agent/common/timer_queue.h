// Keeps at most one due time for each key. For one thread.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <utility>
#include <vector>

namespace logsvc::agent {

template <class Key>
class TimerQueue {
 public:
  static constexpr int64_t kNever = INT64_MAX;

  // Sets the key's time in Clock::steady_ns(), replacing an earlier one; kNever removes it.
  void set(const Key& key, int64_t at) {
    const auto known = time_of_.find(key);
    if (known != time_of_.end()) {
      if (known->second == at) return;
      by_time_.erase({known->second, key});
      if (at == kNever) {
        time_of_.erase(known);
        return;
      }
      known->second = at;
    } else {
      if (at == kNever) return;
      time_of_.emplace(key, at);
    }
    by_time_.emplace(at, key);
  }
  // Returns the earliest time; kNever if there is none.
  int64_t next() const { return by_time_.empty() ? kNever : by_time_.begin()->first; }
  // Removes and returns the keys that are due, the earliest first.
  std::vector<Key> take_due(int64_t now) {
    std::vector<Key> due;
    while (!by_time_.empty() && by_time_.begin()->first <= now) {
      due.push_back(by_time_.begin()->second);
      time_of_.erase(due.back());
      by_time_.erase(by_time_.begin());
    }
    return due;
  }

 private:
  std::set<std::pair<int64_t, Key>> by_time_;
  std::map<Key, int64_t> time_of_;
};

}  // namespace logsvc::agent
