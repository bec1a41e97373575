#include "store/read/reader.h"

#include <algorithm>
#include <set>
#include <unordered_map>

#include "store/read/merge_iterator.h"

namespace logsvc::store {

Result<std::unique_ptr<EntryIterator>> Reader::select(const SelectQuery& query) const {
  auto merge = std::make_unique<MergeIterator>(
      query, [this](const Error& error, ReadStats& stats) { context_.leave_out(error, stats); });
  if (query.range.empty()) return std::unique_ptr<EntryIterator>(std::move(merge));
  const Snapshot now = context_.catalog().snapshot();
  merge->keep(now.files);
  merge->hide(now.hidden);
  // This follows the snapshot, so that every stream in its windows is known.
  const std::vector<StreamRef> streams = context_.streams().select(query.matchers);
  context_.add_windows(now, streams, *merge);
  ASSIGN_OR_RETURN(auto blocks, context_.plan(now, streams, query.range));
  context_.add_blocks(std::move(blocks), *merge);
  merge->read_ahead(context_.read_ahead());
  return std::unique_ptr<EntryIterator>(std::move(merge));
}

Result<std::vector<StreamRef>> Reader::streams_in_range(
    TimeRange range, const std::vector<std::vector<Matcher>>& groups) const {
  const Snapshot now = context_.catalog().snapshot();
  std::vector<StreamRef> selected;
  if (groups.empty()) {
    selected = context_.streams().all();
  } else {
    for (const auto& group : groups) {
      for (const StreamRef& s : context_.streams().select(group)) selected.push_back(s);
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
  const auto sealed = context_.catalog().directory().present(StreamSelection(std::move(others)),
                                                             range, now.files_in(range));
  if (!sealed.ok()) return sealed.error();
  out.insert(out.end(), sealed->begin(), sealed->end());
  std::sort(out.begin(), out.end(),
            [](const StreamRef& a, const StreamRef& b) { return a->labels < b->labels; });
  return out;
}

Result<std::vector<LabelSet>> Reader::series(
    TimeRange range, const std::vector<std::vector<Matcher>>& groups) const {
  ASSIGN_OR_RETURN(const auto streams, streams_in_range(range, groups));
  std::vector<LabelSet> out;
  for (const StreamRef& s : streams) out.push_back(s->labels);
  return out;
}

Result<std::vector<std::string>> Reader::label_names(TimeRange range,
                                                     const std::vector<Matcher>& matchers) const {
  ASSIGN_OR_RETURN(const std::vector<LabelSet> sets, series(range, {matchers}));
  std::set<std::string> names;
  for (const LabelSet& set : sets) {
    for (const Label& label : set.labels()) names.insert(label.name);
  }
  return std::vector<std::string>(names.begin(), names.end());
}

Result<std::vector<std::string>> Reader::label_values(const std::string& name, TimeRange range,
                                                      const std::vector<Matcher>& matchers) const {
  ASSIGN_OR_RETURN(const std::vector<LabelSet> sets, series(range, {matchers}));
  std::set<std::string> values;
  for (const LabelSet& set : sets) {
    if (set.has(name)) values.emplace(set.get(name));
  }
  return std::vector<std::string>(values.begin(), values.end());
}

Result<std::vector<StreamTotals>> Reader::totals(TimeRange range,
                                                 const std::vector<Matcher>& matchers) const {
  const Snapshot now = context_.catalog().snapshot();
  const auto streams = context_.streams().select(matchers);
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
  RETURN_IF_ERROR(context_.catalog().directory().visit(StreamSelection(streams), range,
                                                       now.files_in(range), add));
  std::vector<StreamTotals> out;
  for (const StreamRef& s : streams) {
    const auto found = by_id.find(s->id);
    if (found == by_id.end()) continue;
    found->second.labels = s->labels;
    out.push_back(std::move(found->second));
  }
  return out;
}

}  // namespace logsvc::store
