#include <algorithm>
#include <set>
#include <unordered_map>

#include "store/read/merge_iterator.h"
#include "store/store_impl.h"

namespace logsvc::store {

Result<std::unique_ptr<EntryIterator>> Store::select(const SelectQuery& query) const {
  const Impl& impl = *impl_;
  auto merge = std::make_unique<MergeIterator>(
      query, [&impl](const Error& error, ReadStats& stats) { impl.leave_out(error, stats); });
  if (query.range.empty()) return std::unique_ptr<EntryIterator>(std::move(merge));
  const Snapshot now = impl.catalog->snapshot();
  merge->keep(now.files);
  merge->hide(now.hidden);
  // After the snapshot, so that every stream in its windows is known.
  const std::vector<StreamRef> streams = impl.streams.select(query.matchers);
  impl.add_windows(now, streams, *merge);
  ASSIGN_OR_RETURN(auto blocks, impl.plan(now, streams, query.range));
  impl.add_blocks(std::move(blocks), *merge);
  merge->read_ahead(impl.read_ahead);
  return std::unique_ptr<EntryIterator>(std::move(merge));
}

void Store::Impl::leave_out(const Error& error, ReadStats& stats) const {
  const std::string warning = "left out what cannot be read: " + error.message;
  if (std::count(stats.warnings.begin(), stats.warnings.end(), warning)) return;
  report_damage(environment, error);
  stats.warnings.push_back(warning);
}

Status Store::Impl::left_out(const Status& failed, ReadStats& stats) const {
  if (failed.ok()) return {};
  const ErrorCode code = failed.error().code;
  // The snapshot keeps files: one that is not there was lost.
  const bool of_block = code == ErrorCode::kCorrupt || code == ErrorCode::kIo ||
                        code == ErrorCode::kUnsupported || code == ErrorCode::kNotFound;
  if (!of_block) return failed;
  leave_out(failed.error(), stats);
  return {};
}

std::vector<StreamRef> Store::Impl::streams_in_range(
    TimeRange range, const std::vector<std::vector<Matcher>>& groups, Status& status) const {
  const Snapshot now = catalog->snapshot();
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
  const auto sealed =
      catalog->directory().present(StreamSelection(std::move(others)), range, now.files_in(range));
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
  const Snapshot now = impl_->catalog->snapshot();
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
  const auto add = [&](const StreamRef& stream, const StreamBlock& b) {
    StreamTotals& t = by_id[stream->id];
    t.entries += b.rows;
    t.bytes += b.raw_bytes;
    t.chunks += 1;
    return true;
  };
  RETURN_IF_ERROR(
      impl_->catalog->directory().visit(StreamSelection(streams), range, now.files_in(range), add));
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
  const Window::Sizes head = impl_->head.sizes();
  out.head_bytes = head.line_bytes;
  out.head_entries = head.entries;
  const auto all = impl_->catalog->files();
  for (const auto& [id, row] : *all) {
    out.files += 1;
    out.file_bytes += row->bytes;
    out.file_line_bytes += row->raw_bytes;
    if (out.oldest == 0 || row->first < out.oldest) out.oldest = row->first;
  }
  return out;
}

}  // namespace logsvc::store
