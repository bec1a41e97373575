#include "store/catalog/snapshot.h"

#include <algorithm>

namespace logsvc::store {

std::vector<uint64_t> Snapshot::files_in(TimeRange range) const {
  std::vector<uint64_t> out;
  for (const auto& [id, row] : *files) {
    if (range.overlaps(row->first, row->last)) out.push_back(id);
  }
  return out;
}

std::vector<StreamRef> Snapshot::take_touched(std::vector<StreamRef>& selected,
                                              TimeRange range) const {
  DeletionMatcher matcher(hidden, range);
  const auto touched =
      std::stable_partition(selected.begin(), selected.end(), [&](const StreamRef& s) {
        return !matcher.may_match(s->labels, range.start, sub_saturated(range.end, 1));
      });
  std::vector<StreamRef> out(touched, selected.end());
  selected.erase(touched, selected.end());
  return out;
}

}  // namespace logsvc::store
