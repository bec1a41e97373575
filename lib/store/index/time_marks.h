// Remembers how many rows of a stream in a block come before a time that queries asked for: a
// dashboard asks for the same ones again and again. Blocks never change; those of a file that is
// gone must be removed. Safe from several threads.
#pragma once

#include <span>
#include <tuple>
#include <utility>
#include <vector>

#include "base/time.h"
#include "store/common/lru_cache.h"

namespace logsvc::store {

struct TimeMark {
  uint32_t first_row = 0;  // the stream's in the block
  Timestamp time = 0;
  uint32_t before = 0;  // rows of the stream with earlier times

  bool operator<(const TimeMark& other) const {
    return std::tie(first_row, time) < std::tie(other.first_row, other.time);
  }
};
using TimeMarks = std::vector<TimeMark>;  // sorted

class TimeMarkCache {
 public:
  explicit TimeMarkCache(uint64_t max_bytes) : cache_(max_bytes) {}

  // Fills `before` of the wanted marks (sorted); false if one is not known.
  bool look_up(uint64_t file, uint32_t block, std::span<TimeMark> wanted);
  // marks must be sorted, with `before` filled.
  void add(uint64_t file, uint32_t block, std::span<const TimeMark> marks);
  void remove(uint64_t file) { cache_.remove({file, 0}, {file + 1, 0}); }

 private:
  LruCache<std::pair<uint64_t, uint32_t>, TimeMarks> cache_;
};

}  // namespace logsvc::store
