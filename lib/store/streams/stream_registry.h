// Knows every stream of the store by label set and by number. Streams keep their number for life.
// Safe from several threads.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "base/mutex.h"
#include "model/label_set.h"
#include "model/matcher.h"

namespace logsvc::store {

struct Stream {
  uint64_t id = 0;  // > 0, as in the index
  LabelSet labels;
};
using StreamRef = std::shared_ptr<const Stream>;

class StreamRegistry {
 public:
  // Returns the stream with these labels; a new one gets the next number.
  StreamRef get_or_add(const LabelSet& labels);
  // Adds a stream under the number that the index has for it.
  void add(uint64_t id, const LabelSet& labels);
  bool has(const LabelSet& labels) const;
  // Returns nullptr if there is none.
  StreamRef find(uint64_t id) const;

  // Returns the streams for which all matchers hold, sorted by label string.
  std::vector<StreamRef> select(std::span<const Matcher> matchers) const;
  std::vector<StreamRef> all() const { return select({}); }

  // Forgets all other streams; their numbers are not used again.
  void keep_only(const std::unordered_set<uint64_t>& ids);
  size_t size() const;

 private:
  mutable SharedMutex mutex_;
  std::unordered_map<LabelSet, StreamRef> by_labels_ GUARDED_BY(mutex_);
  std::unordered_map<uint64_t, StreamRef> by_id_ GUARDED_BY(mutex_);
  uint64_t next_id_ GUARDED_BY(mutex_) = 1;
};

}  // namespace logsvc::store
