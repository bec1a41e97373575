// Counts by level in buckets of one width, for the newest stretch of time. Buckets are by absolute
// number (time / width); an old one is emptied when its place is needed again. Not thread-safe.
#pragma once

#include <vector>

#include "base/time.h"
#include "insight/levels.h"

namespace logsvc::insight {

class CountRing {
 public:
  CountRing(Duration width, size_t buckets) : width_(width), slots_(buckets) {}

  int64_t bucket_of(Timestamp t) const { return t / width_ - (t % width_ < 0 ? 1 : 0); }
  size_t size() const { return slots_.size(); }

  // Returns false if the bucket's place is taken by a newer one.
  bool add(int64_t bucket, Level level, uint32_t n) {
    Slot& slot = slots_[index(bucket)];
    if (slot.bucket > bucket) return false;
    if (slot.bucket < bucket) slot = {bucket, {}};
    slot.counts[level] += n;
    return true;
  }

  // Returns nullptr if nothing was counted there.
  const LevelCounts* at(int64_t bucket) const {
    const Slot& slot = slots_[index(bucket)];
    return slot.bucket == bucket ? &slot.counts : nullptr;
  }

 private:
  struct Slot {
    int64_t bucket = INT64_MIN;
    LevelCounts counts{};
  };
  size_t index(int64_t bucket) const {
    const auto n = static_cast<int64_t>(slots_.size());
    return static_cast<size_t>((bucket % n + n) % n);
  }
  const Duration width_;
  std::vector<Slot> slots_;
};

}  // namespace logsvc::insight
