// Which windows and blocks a query needs, from the catalog and the index alone.
#include <algorithm>
#include <unordered_map>

#include "store/merge_iterator.h"
#include "store/store_impl.h"

namespace logsvc::store {

Store::Impl::Snapshot Store::Impl::snapshot() const {
  ReaderLock catalog(catalog_mutex);
  return {head.windows(), visible, deletions->active()};
}

std::vector<uint64_t> Store::Impl::Snapshot::files_in(TimeRange range) const {
  std::vector<uint64_t> out;
  for (const auto& [id, row] : *files) {
    if (range.overlaps(row->first, row->last)) out.push_back(id);
  }
  return out;
}

std::vector<StreamRef> Store::Impl::Snapshot::take_touched(std::vector<StreamRef>& selected,
                                                           TimeRange range) const {
  DeletionMatcher matcher(hidden);
  const auto touched =
      std::stable_partition(selected.begin(), selected.end(), [&](const StreamRef& s) {
        return !matcher.may_match(s->labels, range.start, range.end - 1);
      });
  std::vector<StreamRef> out(touched, selected.end());
  selected.erase(touched, selected.end());
  return out;
}

Result<std::vector<BlockPlan>> Store::Impl::plan(const Snapshot& now,
                                                 const std::vector<StreamRef>& selected,
                                                 TimeRange range) const {
  ASSIGN_OR_RETURN(const std::vector<StreamBlock> rows,
                   directory->find(selected, range, now.files_in(range)));
  std::unordered_map<uint64_t, const StreamRef*> by_id(selected.size() * 2);
  for (const StreamRef& s : selected) by_id[s->id] = &s;
  std::vector<BlockPlan> out;
  for (const StreamBlock& r : rows) {
    if (out.empty() || out.back().file != r.file_id || out.back().block != r.block) {
      const FileRow& file = *now.files->at(r.file_id);
      out.push_back({r.file_id, r.block, names.chunk(file.day, r.file_id), {}});
    }
    out.back().lanes.push_back({*by_id[r.stream_id], r});
  }
  return out;
}

void Store::Impl::add_windows(const Snapshot& now, const std::vector<StreamRef>& selected,
                              MergeIterator& merge) const {
  constexpr uint64_t kHeadOrder = uint64_t{1} << 63;  // after every file
  const TimeRange range = merge.query().range;
  for (size_t w = 0; w < now.windows.size(); ++w) {
    const auto& window = now.windows[w];
    if (!range.overlaps(window->day(), add_saturated(window->day(), kDay - 1))) continue;
    std::vector<HeadLane> lanes;
    for (const StreamRef& stream : selected) {
      std::vector<Entry> rows = window->rows(*stream, range);
      if (!rows.empty()) lanes.push_back({stream, std::move(rows)});
    }
    if (lanes.empty()) continue;
    merge.add(make_head_source(std::move(lanes), kHeadOrder + w, window, merge.query()));
  }
}

void Store::Impl::add_blocks(std::vector<BlockPlan> blocks, MergeIterator& merge) const {
  for (BlockPlan& b : blocks) {
    merge.mutable_stats().chunks_total += 1;
    merge.add(make_block_source(std::move(b), chunks, merge.query()));
  }
}

}  // namespace logsvc::store
