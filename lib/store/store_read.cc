#include <algorithm>
#include <set>
#include <unordered_map>

#include "store/merge_iterator.h"
#include "store/store_impl.h"

namespace logsvc::store {
namespace {

// What one query may hold of decoded blocks and text.
constexpr uint64_t kQueryCacheBytes = 48u << 20;

}  // namespace

Store::Impl::Snapshot Store::Impl::snapshot() const {
  ReaderLock catalog(catalog_mutex);
  return {head.windows(), last_visible_file};
}

Result<std::unique_ptr<EntryIterator>> Store::select(const SelectQuery& query) const {
  const Impl& impl = *impl_;
  auto on_damage = [&impl](const Error& error) {
    impl.metrics.damaged_reads.add();
    impl.diagnostics.error("store", "a block cannot be read: queries go on without it",
                           {{"why", error.message}});
  };
  auto merge = std::make_unique<MergeIterator>(query, impl.chunks, kQueryCacheBytes, on_damage);
  if (query.range.empty()) return std::unique_ptr<EntryIterator>(std::move(merge));
  const Impl::Snapshot now = impl.snapshot();
  // After the snapshot, so that every stream in its windows is known.
  const std::vector<StreamRef> streams = impl.streams.select(query.matchers);

  constexpr uint64_t kHeadOrder = uint64_t{1} << 63;  // after every file
  for (size_t w = 0; w < now.windows.size(); ++w) {
    if (!query.range.overlaps(now.windows[w]->day(),
                              add_saturated(now.windows[w]->day(), kDay - 1))) {
      continue;
    }
    for (const StreamRef& stream : streams) {
      std::vector<Entry> rows = now.windows[w]->rows(*stream, query.range);
      if (rows.empty()) continue;
      merge->add(make_head_source(stream, kHeadOrder + w, std::move(rows), now.windows[w],
                                  merge->query()));
    }
  }
  ASSIGN_OR_RETURN(const std::vector<StreamBlock> blocks,
                   impl.index->blocks(streams, query.range, now.last_file));
  std::unordered_map<uint64_t, StreamRef> by_id;
  for (const StreamRef& s : streams) by_id[s->id] = s;
  std::set<std::pair<uint64_t, uint32_t>> distinct;
  ReaderLock catalog(impl.catalog_mutex);
  for (const StreamBlock& b : blocks) {
    const auto row = impl.file_rows.find(b.file_id);
    if (row == impl.file_rows.end()) continue;  // retention was faster
    distinct.emplace(b.file_id, b.block);
    merge->add(make_block_source(by_id[b.stream_id], b,
                                 impl.names.chunk(row->second.day, b.file_id), merge->cache(),
                                 merge->query()));
  }
  merge->mutable_stats().chunks_total = distinct.size();
  return std::unique_ptr<EntryIterator>(std::move(merge));
}

std::vector<StreamRef> Store::Impl::streams_in_range(
    TimeRange range, const std::vector<std::vector<Matcher>>& groups, Status& status) const {
  const Snapshot now = snapshot();
  std::vector<StreamRef> selected;
  if (groups.empty()) {
    selected = streams.all();
  } else {
    for (const auto& group : groups) {
      for (const StreamRef& s : streams.select(group)) selected.push_back(s);
    }
    std::sort(selected.begin(), selected.end(),
              [](const StreamRef& a, const StreamRef& b) { return a->labels < b->labels; });
    selected.erase(std::unique(selected.begin(), selected.end()), selected.end());
  }
  const auto in_head = [&](const StreamRef& s) {
    return std::any_of(now.windows.begin(), now.windows.end(), [&](const auto& w) {
      const auto summary = w->summary(*s);
      return summary && range.overlaps(summary->first, summary->last);
    });
  };
  std::vector<StreamRef> out, others;
  for (const StreamRef& s : selected) (in_head(s) ? out : others).push_back(s);
  auto sealed = index->with_blocks(others, range, now.last_file);
  if (!sealed.ok()) {
    status = sealed.error();
    return out;
  }
  out.insert(out.end(), sealed->begin(), sealed->end());
  std::sort(out.begin(), out.end(),
            [](const StreamRef& a, const StreamRef& b) { return a->labels < b->labels; });
  return out;
}

Result<std::vector<LabelSet>> Store::series(TimeRange range,
                                            const std::vector<std::vector<Matcher>>& groups) const {
  Status status;
  const auto streams = impl_->streams_in_range(range, groups, status);
  RETURN_IF_ERROR(status);
  std::vector<LabelSet> out;
  for (const StreamRef& s : streams) out.push_back(s->labels);
  return out;
}

Result<std::vector<std::string>> Store::label_names(TimeRange range,
                                                    const std::vector<Matcher>& matchers) const {
  ASSIGN_OR_RETURN(const std::vector<LabelSet> sets, series(range, {matchers}));
  std::set<std::string> names;
  for (const LabelSet& set : sets) {
    for (const Label& label : set.labels()) names.insert(label.name);
  }
  return std::vector<std::string>(names.begin(), names.end());
}

Result<std::vector<std::string>> Store::label_values(const std::string& name, TimeRange range,
                                                     const std::vector<Matcher>& matchers) const {
  ASSIGN_OR_RETURN(const std::vector<LabelSet> sets, series(range, {matchers}));
  std::set<std::string> values;
  for (const LabelSet& set : sets) {
    if (set.has(name)) values.emplace(set.get(name));
  }
  return std::vector<std::string>(values.begin(), values.end());
}

Result<std::vector<StreamTotals>> Store::totals(TimeRange range,
                                                const std::vector<Matcher>& matchers) const {
  const Impl::Snapshot now = impl_->snapshot();
  const auto streams = impl_->streams.select(matchers);
  std::unordered_map<uint64_t, StreamTotals> by_id;
  for (const auto& window : now.windows) {
    for (const StreamRef& s : streams) {
      const auto summary = window->summary(*s);
      if (!summary || !range.overlaps(summary->first, summary->last)) continue;
      StreamTotals& t = by_id[s->id];
      t.entries += summary->rows;
      t.bytes += summary->bytes;
      t.chunks += 1;
    }
  }
  ASSIGN_OR_RETURN(const auto blocks, impl_->index->blocks(streams, range, now.last_file));
  for (const StreamBlock& b : blocks) {
    StreamTotals& t = by_id[b.stream_id];
    t.entries += b.rows;
    t.bytes += b.raw_bytes;
    t.chunks += 1;
  }
  std::vector<StreamTotals> out;
  for (const StreamRef& s : streams) {
    const auto found = by_id.find(s->id);
    if (found == by_id.end()) continue;
    found->second.labels = s->labels;
    out.push_back(std::move(found->second));
  }
  return out;
}

StoreTotals Store::totals() const {
  StoreTotals out;
  out.streams = impl_->streams.size();
  out.journal_bytes = impl_->journal->size_bytes();
  out.head_bytes = impl_->head.line_bytes();
  out.head_entries = impl_->head.entry_count();
  ReaderLock catalog(impl_->catalog_mutex);
  for (const auto& [id, row] : impl_->file_rows) {
    out.files += 1;
    out.file_bytes += row.bytes;
    if (out.oldest == 0 || row.first < out.oldest) out.oldest = row.first;
  }
  return out;
}

}  // namespace logsvc::store
