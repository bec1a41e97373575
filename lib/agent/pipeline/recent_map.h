// A map that remembers about the last `capacity` keys used, and forgets the others.
#pragma once

#include <cstddef>
#include <string>
#include <unordered_map>
#include <utility>

namespace logsvc::agent {

template <typename Value>
class RecentMap {
 public:
  explicit RecentMap(size_t capacity) : half_(capacity / 2 + 1) {}

  // Returns nullptr if the key is not known (any more).
  Value* find(const std::string& key) {
    if (const auto found = young_.find(key); found != young_.end()) return &found->second;
    const auto old = old_.find(key);
    if (old == old_.end()) return nullptr;
    Value value = std::move(old->second);
    old_.erase(old);
    return &set(key, std::move(value));
  }
  Value& set(const std::string& key, Value value) {
    if (young_.size() >= half_ && !young_.count(key)) {
      old_ = std::move(young_);
      young_.clear();
    }
    return young_.insert_or_assign(key, std::move(value)).first->second;
  }
  size_t size() const { return young_.size() + old_.size(); }

 private:
  const size_t half_;
  std::unordered_map<std::string, Value> young_, old_;
};

}  // namespace logsvc::agent
