#include "logql/exec/count_by_time.h"

#include <algorithm>
#include <unordered_map>

#include "gotext/units.h"
#include "logql/exec/range_aggregation.h"
#include "logql/stages/pipeline.h"

namespace logsvc::logql {
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
  // The buckets of a step: [first, second).
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

// Of one series.
struct Group {
  Labels labels;
  std::vector<Counts> buckets;  // then, of each bucket, the sum of those before it
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

bool has_all(const LabelSet& labels, const std::vector<std::string>& names) {
  return std::all_of(names.begin(), names.end(),
                     [&](const std::string& name) { return labels.has(name); });
}

bool is_counted(RangeOp op) {
  return op == RangeOp::kCount || op == RangeOp::kRate || op == RangeOp::kBytes ||
         op == RangeOp::kBytesRate;
}

// What count_by_time stops with at a stream that lacks a label of the grouping.
constexpr const char* kLabelMissing = "a label may be in the entries";

}  // namespace

Result<std::optional<StepVector>> count_by_time(const RangeAggregation& a, const Grouping& grouping,
                                                const Steps& steps, ExecContext& context) {
  const std::optional<StepVector> not_possible;
  if (!is_counted(a.op) || a.unwrap || !grouping.given || grouping.without) return not_possible;
  ASSIGN_OR_RETURN(const Pipeline pipeline, Pipeline::compile(a.log.stages));
  if (!pipeline.only_line_test()) return not_possible;
  const Windows windows(a, steps);
  CountQuery query;
  query.matchers = a.log.matchers;
  query.edges = windows.edges();
  query.lines = pipeline.lines();
  query.bytes = a.op == RangeOp::kBytes || a.op == RangeOp::kBytesRate;
  query.stop = context.stop;
  std::unordered_map<LabelSet, size_t> by_stream;
  std::unordered_map<std::string, size_t> by_group;
  std::vector<Group> groups;
  uint64_t lines = 0;
  const auto visit = [&](const LabelSet& labels, std::span<const BucketCount> counts) -> Status {
    auto [found, fresh] = by_stream.try_emplace(labels, 0);
    if (fresh) {
      if (!has_all(labels, grouping.names)) return Error{ErrorCode::kUnprocessable, kLabelMissing};
      Labels group = group_labels(labels.labels(), grouping);
      const auto [known, new_group] = by_group.try_emplace(format_labels(group), groups.size());
      if (new_group) {
        RETURN_IF_ERROR(
            context.hold(known->first.size() * 2 + query.edges.size() * sizeof(Counts)));
        groups.push_back({std::move(group), std::vector<Counts>(query.edges.size())});
      }
      found->second = known->second;
    }
    Group& group = groups[found->second];
    for (const BucketCount& c : counts) {
      group.buckets[c.bucket].entries += c.entries;
      group.buckets[c.bucket].bytes += c.bytes;
      lines += c.entries;
    }
    return context.check();
  };
  const auto stats = context.source.count(query, visit);
  if (!stats.ok() && stats.error().message == kLabelMissing) return not_possible;
  if (!stats.ok()) return stats.error();
  context.account(*stats);
  context.stats.lines_after_filter += lines;
  StepVector out;
  for (Group& group : groups) out.push_back(to_series(std::move(group), a, windows, steps));
  return std::optional<StepVector>(std::move(out));
}

}  // namespace logsvc::logql
