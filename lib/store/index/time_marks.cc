#include "store/index/time_marks.h"

#include <algorithm>

namespace logsvc::store {
namespace {

// One block has at most these; with more of them the earlier ones are forgotten.
constexpr size_t kMaxMarks = 8192;

}  // namespace

bool TimeMarkCache::look_up(uint64_t file, uint32_t block, std::span<TimeMark> wanted) {
  if (wanted.empty()) return true;
  const auto known = cache_.find({file, block});
  if (!known) return false;
  auto at = known->begin();
  for (TimeMark& mark : wanted) {
    at = std::lower_bound(at, known->end(), mark);
    if (at == known->end() || mark < *at) return false;
    mark.before = at->before;
  }
  return true;
}

void TimeMarkCache::add(uint64_t file, uint32_t block, std::span<const TimeMark> marks) {
  auto merged = std::make_shared<TimeMarks>();
  const auto known = cache_.find({file, block});
  if (known && known->size() + marks.size() <= kMaxMarks) {
    std::set_union(known->begin(), known->end(), marks.begin(), marks.end(),
                   std::back_inserter(*merged));
  } else {
    merged->assign(marks.begin(), marks.end());
  }
  const uint64_t bytes = merged->capacity() * sizeof(TimeMark);
  cache_.put({file, block}, std::move(merged), bytes);
}

}  // namespace logsvc::store
