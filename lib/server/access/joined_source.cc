#include "server/access/joined_source.h"

#include <algorithm>
#include <array>
#include <iterator>

namespace logsvc::server {
namespace {

// Appends what the other source has to what the one has.
template <typename T>
Result<std::vector<T>> appended(Result<std::vector<T>> one, Result<std::vector<T>> other) {
  if (!one.ok() || !other.ok()) return one.ok() ? std::move(other) : std::move(one);
  one->insert(one->end(), std::make_move_iterator(other->begin()),
              std::make_move_iterator(other->end()));
  return one;
}

using Names = Result<std::vector<std::string>>;
Names merged(const Names& one, const Names& other) {
  if (!one.ok() || !other.ok()) return one.ok() ? other : one;
  std::vector<std::string> out;
  std::set_union(one->begin(), one->end(), other->begin(), other->end(), std::back_inserter(out));
  return out;
}

// Merges as EntryIterator promises. The streams differ, so no entry of one side is a duplicate of
// the other's.
class JoinedIterator : public EntryIterator {
 public:
  JoinedIterator(std::unique_ptr<EntryIterator> one, std::unique_ptr<EntryIterator> other,
                 Direction direction)
      : sides_{Side{std::move(one)}, Side{std::move(other)}}, direction_(direction) {}

  bool next() override {
    if (at_) at_->ready = false;
    for (Side& side : sides_) {
      if (side.ready || side.ended) continue;
      side.ready = side.entries->next();
      side.ended = !side.ready;
      if (side.ready || side.entries->status().ok()) continue;
      status_ = side.entries->status();
      return false;
    }
    Side& a = sides_[0];
    Side& b = sides_[1];
    if (!a.ready && !b.ready) return false;
    at_ = !b.ready || (a.ready && comes_first(*a.entries, *b.entries)) ? &a : &b;
    return true;
  }
  const Entry& entry() const override { return at_->entries->entry(); }
  const LabelSet& labels() const override { return at_->entries->labels(); }
  const Status& status() const override { return status_; }
  const ReadStats& stats() const override {
    stats_ = sides_[0].entries->stats();
    const ReadStats& more = sides_[1].entries->stats();
    stats_.bytes_processed += more.bytes_processed;
    stats_.lines_processed += more.lines_processed;
    stats_.head_lines += more.head_lines;
    stats_.chunks_total += more.chunks_total;
    stats_.chunks_read += more.chunks_read;
    stats_.compressed_bytes += more.compressed_bytes;
    stats_.duplicates += more.duplicates;
    stats_.warnings.insert(stats_.warnings.end(), more.warnings.begin(), more.warnings.end());
    return stats_;
  }

 private:
  struct Side {
    std::unique_ptr<EntryIterator> entries;
    bool ready = false;  // its entry is not given out yet
    bool ended = false;
  };

  bool comes_first(const EntryIterator& a, const EntryIterator& b) const {
    const Timestamp x = a.entry().timestamp, y = b.entry().timestamp;
    if (x != y) return direction_ == Direction::kForward ? x < y : x > y;
    const LabelSet& p = a.labels();
    const LabelSet& q = b.labels();
    return p.hash() != q.hash() ? p.hash() < q.hash() : p < q;
  }

  std::array<Side, 2> sides_;
  const Direction direction_;
  Side* at_ = nullptr;
  Status status_;
  mutable ReadStats stats_;  // of both
};

}  // namespace

Result<std::unique_ptr<EntryIterator>> JoinedSource::select(const SelectQuery& query) const {
  ASSIGN_OR_RETURN(auto one, one_.select(query));
  ASSIGN_OR_RETURN(auto other, other_.select(query));
  return std::unique_ptr<EntryIterator>(
      new JoinedIterator(std::move(one), std::move(other), query.direction));
}

Result<std::vector<LabelSet>> JoinedSource::series(
    TimeRange range, const std::vector<std::vector<Matcher>>& groups) const {
  return appended(one_.series(range, groups), other_.series(range, groups));
}

Result<std::vector<std::string>> JoinedSource::label_names(
    TimeRange range, const std::vector<Matcher>& matchers) const {
  return merged(one_.label_names(range, matchers), other_.label_names(range, matchers));
}

Result<std::vector<std::string>> JoinedSource::label_values(
    const std::string& name, TimeRange range, const std::vector<Matcher>& matchers) const {
  return merged(one_.label_values(name, range, matchers),
                other_.label_values(name, range, matchers));
}

Result<std::vector<StreamTotals>> JoinedSource::totals(TimeRange range,
                                                       const std::vector<Matcher>& matchers) const {
  return appended(one_.totals(range, matchers), other_.totals(range, matchers));
}

Result<std::vector<StreamVolume>> JoinedSource::volumes(
    const std::vector<TimeRange>& buckets, const std::vector<Matcher>& matchers) const {
  return appended(one_.volumes(buckets, matchers), other_.volumes(buckets, matchers));
}

}  // namespace logsvc::server
