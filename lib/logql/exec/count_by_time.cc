#include "logql/exec/count_by_time.h"

#include <algorithm>
#include <unordered_map>

#include "gotext/units.h"
#include "logql/exec/range_aggregation.h"
#include "logql/stages/pipeline.h"
#include "pushdown/column_source.h"

namespace logsvc::logql {

using pushdown::BucketCount;
using pushdown::CountQuery;
namespace {

// The windows of all steps cut at each other's ends: buckets between edges.
class Windows {
 public:
  Windows(const RangeAggregation& a, const Steps& steps) {
    std::vector<Timestamp> begins, ends;
    for (size_t i = 0; i < steps.count; ++i) {
      const Timestamp last = add_saturated(steps.at(i), -a.offset);
      begins.push_back(add_saturated(add_saturated(last, -a.range), 1));
      ends.push_back(add_saturated(last, 1));
    }
    std::set_union(begins.begin(), begins.end(), ends.begin(), ends.end(),
                   std::back_inserter(edges_));
    edges_.erase(std::unique(edges_.begin(), edges_.end()), edges_.end());
    for (size_t i = 0; i < steps.count; ++i) spans_.push_back({find(begins[i]), find(ends[i])});
  }

  const std::vector<Timestamp>& edges() const { return edges_; }
  // Returns the buckets of a step: [first, second).
  std::pair<size_t, size_t> of_step(size_t i) const { return spans_[i]; }

 private:
  size_t find(Timestamp t) const {
    return static_cast<size_t>(std::lower_bound(edges_.begin(), edges_.end(), t) - edges_.begin());
  }
  std::vector<Timestamp> edges_;
  std::vector<std::pair<size_t, size_t>> spans_;
};

struct Counts {
  uint64_t entries = 0;
  uint64_t bytes = 0;
};

// The counts of one series.
struct Group {
  Labels labels;
  std::vector<Counts> buckets;  // afterwards each bucket has the sum of those before it
};

StepSeries to_series(Group group, const RangeAggregation& a, const Windows& windows,
                     const Steps& steps) {
  Counts sum;
  for (Counts& c : group.buckets) {
    const Counts here = c;
    c = sum;
    sum.entries += here.entries;
    sum.bytes += here.bytes;
  }
  const bool bytes = a.op == RangeOp::kBytes || a.op == RangeOp::kBytesRate;
  const bool per_second = a.op == RangeOp::kRate || a.op == RangeOp::kBytesRate;
  const double divisor = per_second ? seconds_of(a.range) : 1;
  StepSeries out = StepSeries::empty(std::move(group.labels), steps.count);
  for (size_t i = 0; i < steps.count; ++i) {
    const auto [first, end] = windows.of_step(i);
    const Counts& from = group.buckets[first];
    const Counts& to = group.buckets[end];
    if (from.entries == to.entries) continue;
    const uint64_t n = bytes ? to.bytes - from.bytes : to.entries - from.entries;
    out.put(i, static_cast<double>(n) / divisor);
  }
  return out;
}

// Sorts the counts of streams into groups.
class Groups {
 public:
  Groups(const Grouping& grouping, size_t buckets, ExecContext& context)
      : grouping_(grouping), buckets_(buckets), context_(context) {}

  Status add(const LabelSet& stream, std::span<const BucketCount> counts) {
    RETURN_IF_ERROR(context_.check());
    // A stream that was not there when the plan was made came after the query.
    if (!has_all(stream, grouping_.names)) return {};
    ASSIGN_OR_RETURN(const size_t number, number_of(stream));
    for (const BucketCount& c : counts) {
      groups_[number].buckets[c.bucket].entries += c.entries;
      groups_[number].buckets[c.bucket].bytes += c.bytes;
      context_.stats.lines_after_filter += c.entries;
    }
    return {};
  }
  std::vector<Group>& all() { return groups_; }
  // Returns the memory of one group, without its labels.
  uint64_t bucket_bytes() const { return buckets_ * sizeof(Counts) + kAllocationBytes; }

 private:
  Result<size_t> number_of(const LabelSet& stream) {
    if (const auto known = by_stream_.find(stream); known != by_stream_.end()) return known->second;
    Labels labels = group_labels(stream.labels(), grouping_);
    std::string key = format_labels(labels);
    RETURN_IF_ERROR(context_.hold(sizeof(LabelSet) + kHashNodeBytes));
    size_t number = groups_.size();
    if (const auto known = by_group_.find(key); known != by_group_.end()) {
      number = known->second;
    } else {
      RETURN_IF_ERROR(context_.hold(memory_bytes(key) + sizeof key + kHashNodeBytes +
                                    memory_bytes(labels) + bucket_bytes()));
      RETURN_IF_ERROR(
          context_.append(groups_, Group{std::move(labels), std::vector<Counts>(buckets_)}));
      by_group_.emplace(std::move(key), number);
    }
    by_stream_.emplace(stream, number);
    return number;
  }

  const Grouping& grouping_;
  const size_t buckets_;
  ExecContext& context_;
  std::vector<Group> groups_;
  std::unordered_map<LabelSet, size_t> by_stream_;
  std::unordered_map<std::string, size_t> by_group_;
};

}  // namespace

Result<StepVector> count_by_time(const RangeAggregation& a, const AggregationPlan& plan,
                                 const Steps& steps, ExecContext& context) {
  constexpr uint64_t kPerStep = 64;  // of the windows
  RETURN_IF_ERROR(context.hold(steps.count * kPerStep));
  const Windows windows(a, steps);
  CountQuery query;
  query.matchers = plan.select.matchers;
  query.edges = windows.edges();
  query.lines = plan.select.lines;
  query.bytes = a.op == RangeOp::kBytes || a.op == RangeOp::kBytesRate;
  query.stop = plan.select.stop;
  Groups groups(plan.grouping, query.edges.size(), context);
  ASSIGN_OR_RETURN(const ReadStats stats, pushdown::count(context.source, query,
                                                          [&](const LabelSet& stream,
                                                              std::span<const BucketCount> counts) {
                                                            return groups.add(stream, counts);
                                                          }));
  context.account(stats);
  StepVector out;
  for (Group& group : groups.all()) {
    RETURN_IF_ERROR(context.hold(step_bytes(steps.count)));
    RETURN_IF_ERROR(context.append(out, to_series(std::move(group), a, windows, steps)));
    context.release(groups.bucket_bytes());
  }
  return out;
}

}  // namespace logsvc::logql
