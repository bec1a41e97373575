// Shares immutable values by key, bounded by the bytes they occupy: the least recently used goes
// first. Safe from several threads.
#pragma once

#include <cstdint>
#include <list>
#include <map>
#include <memory>

#include "base/mutex.h"

namespace logsvc::store {

template <typename Key, typename Value>
class LruCache {
 public:
  using Ref = std::shared_ptr<const Value>;

  explicit LruCache(uint64_t max_bytes) : max_bytes_(max_bytes) {}

  // Returns nullptr if it is not there.
  Ref find(const Key& key) {
    MutexLock lock(mutex_);
    const auto found = by_key_.find(key);
    if (found == by_key_.end()) return nullptr;
    items_.splice(items_.begin(), items_, found->second);
    return items_.front().value;
  }
  // Replaces what was there under the key.
  void put(const Key& key, Ref value, uint64_t bytes) {
    MutexLock lock(mutex_);
    remove_locked(key);
    items_.push_front({key, std::move(value), bytes});
    by_key_[key] = items_.begin();
    bytes_ += bytes;
    while (bytes_ > max_bytes_ && items_.size() > 1) remove_locked(items_.back().key);
  }
  // Removes keys in [from, to).
  void remove(const Key& from, const Key& to) {
    MutexLock lock(mutex_);
    for (auto it = by_key_.lower_bound(from); it != by_key_.end() && it->first < to;) {
      bytes_ -= it->second->bytes;
      items_.erase(it->second);
      it = by_key_.erase(it);
    }
  }
  uint64_t memory_bytes() const {
    MutexLock lock(mutex_);
    return bytes_;
  }
  uint64_t max_bytes() const { return max_bytes_; }

 private:
  struct Item {
    Key key;
    Ref value;
    uint64_t bytes;
  };
  void remove_locked(Key key) REQUIRES(mutex_) {
    const auto found = by_key_.find(key);
    if (found == by_key_.end()) return;
    bytes_ -= found->second->bytes;
    items_.erase(found->second);
    by_key_.erase(found);
  }

  const uint64_t max_bytes_;
  mutable Mutex mutex_;
  std::list<Item> items_ GUARDED_BY(mutex_);  // last used first
  std::map<Key, typename std::list<Item>::iterator> by_key_ GUARDED_BY(mutex_);
  uint64_t bytes_ GUARDED_BY(mutex_) = 0;
};

}  // namespace logsvc::store
