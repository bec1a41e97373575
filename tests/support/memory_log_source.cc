#include "support/memory_log_source.h"

#include <algorithm>
#include <set>

namespace logsvc::testing {
namespace {

class Iterator : public EntryIterator {
 public:
  explicit Iterator(std::vector<StoredLine> lines) : lines_(std::move(lines)) {}
  bool next() override {
    if (at_ == lines_.size()) return false;
    const Line& line = lines_[at_++].line;
    metadata_.clear();
    for (const Label& l : line.metadata) metadata_.push_back({l.name, l.value});
    entry_ = {line.timestamp, line.text, metadata_};
    stats_.lines_processed += 1;
    stats_.bytes_processed += line.text.size();
    return true;
  }
  const Entry& entry() const override { return entry_; }
  const LabelSet& labels() const override { return lines_[at_ - 1].labels; }
  const Status& status() const override { return status_; }
  const ReadStats& stats() const override { return stats_; }

 private:
  const std::vector<StoredLine> lines_;
  size_t at_ = 0;
  Entry entry_;
  std::vector<LabelView> metadata_;
  Status status_;
  ReadStats stats_;
};

}  // namespace

Result<std::unique_ptr<EntryIterator>> MemoryLogSource::select(const SelectQuery& query) const {
  std::vector<StoredLine> found;
  for (const StoredLine& l : lines_) {
    if (query.range.contains(l.line.timestamp) && matches_all(query.matchers, l.labels))
      found.push_back(l);
  }
  if (query.direction == Direction::kBackward) std::reverse(found.begin(), found.end());
  std::stable_sort(found.begin(), found.end(), [&](const StoredLine& a, const StoredLine& b) {
    return query.direction == Direction::kForward ? a.line.timestamp < b.line.timestamp
                                                  : a.line.timestamp > b.line.timestamp;
  });
  return std::unique_ptr<EntryIterator>(new Iterator(std::move(found)));
}

Result<std::vector<LabelSet>> MemoryLogSource::series(
    TimeRange range, const std::vector<std::vector<Matcher>>& groups) const {
  std::vector<LabelSet> out;
  for (const StoredLine& l : lines_) {
    const bool wanted =
        groups.empty() || std::any_of(groups.begin(), groups.end(), [&](const auto& group) {
          return matches_all(group, l.labels);
        });
    if (wanted && range.contains(l.line.timestamp) &&
        std::find(out.begin(), out.end(), l.labels) == out.end()) {
      out.push_back(l.labels);
    }
  }
  return out;
}
Result<std::vector<std::string>> MemoryLogSource::label_names(TimeRange,
                                                              const std::vector<Matcher>&) const {
  return std::vector<std::string>();
}
Result<std::vector<std::string>> MemoryLogSource::label_values(
    const std::string& name, TimeRange range, const std::vector<Matcher>& matchers) const {
  ASSIGN_OR_RETURN(const auto streams, series(range, {matchers}));
  std::set<std::string> out;
  for (const LabelSet& labels : streams) {
    if (labels.has(name)) out.emplace(labels.get(name));
  }
  return std::vector<std::string>(out.begin(), out.end());
}
Result<std::vector<StreamTotals>> MemoryLogSource::totals(TimeRange,
                                                          const std::vector<Matcher>&) const {
  return std::vector<StreamTotals>();
}
Result<std::vector<StreamVolume>> MemoryLogSource::volumes(
    const std::vector<TimeRange>& buckets, const std::vector<Matcher>& matchers) const {
  std::vector<StreamVolume> out;
  for (const StoredLine& l : lines_) {
    if (!matches_all(matchers, l.labels)) continue;
    auto of_stream = std::find_if(out.begin(), out.end(),
                                  [&](const StreamVolume& v) { return v.labels == l.labels; });
    if (of_stream == out.end()) {
      out.push_back({l.labels, std::vector<uint64_t>(buckets.size())});
      of_stream = out.end() - 1;
    }
    for (size_t i = 0; i < buckets.size(); ++i) {
      if (buckets[i].contains(l.line.timestamp)) of_stream->bytes[i] += l.line.text.size();
    }
  }
  return out;
}

}  // namespace logsvc::testing
