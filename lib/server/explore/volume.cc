#include "server/explore/volume.h"

#include <algorithm>
#include <map>
#include <set>

#include "base/calendar.h"

namespace logsvc::server {
namespace {

using Buckets = std::vector<uint64_t>;

uint64_t total(const Buckets& bytes) {
  uint64_t sum = 0;
  for (const uint64_t n : bytes) sum += n;
  return sum;
}

// Returns the names of the labels that distinguish rows; none means all.
std::set<std::string> row_labels(const VolumeRequest& request) {
  std::set<std::string> names(request.target_labels.begin(), request.target_labels.end());
  if (!names.empty() || request.by_label_name) return names;
  for (const Matcher& m : request.matchers) names.insert(m.name());
  return names;
}

void add(Buckets& sum, const Buckets& bytes) {
  sum.resize(bytes.size());
  for (size_t i = 0; i < bytes.size(); ++i) sum[i] += bytes[i];
}

std::map<Labels, Buckets> rows_of(const std::vector<StreamVolume>& streams,
                                  const VolumeRequest& request) {
  const std::set<std::string> names = row_labels(request);
  std::map<Labels, Buckets> rows;
  for (const StreamVolume& stream : streams) {
    Labels row;
    for (const Label& label : stream.labels.labels()) {
      if (!names.empty() && !names.count(label.name)) continue;
      if (request.by_label_name) {
        add(rows[{{label.name, ""}}], stream.bytes);
      } else {
        row.push_back(label);
      }
    }
    if (!request.by_label_name) add(rows[std::move(row)], stream.bytes);
  }
  return rows;
}

}  // namespace

std::vector<TimeRange> volume_buckets(TimeRange range, Duration step) {
  std::vector<TimeRange> out;
  if (step <= 0) return {range};
  for (Timestamp from = range.start; from < range.end;) {
    const Timestamp to = std::min(range.end, add_saturated(from, step - floor_mod(from, step)));
    out.push_back({from, to});
    from = to;
  }
  return out;
}

Result<std::vector<logql::ResultSeries>> volumes(const LogSource& source,
                                                 const VolumeRequest& request,
                                                 const std::vector<TimeRange>& buckets) {
  std::vector<Matcher> matchers = request.matchers;
  for (const std::string& name : request.target_labels) {
    ASSIGN_OR_RETURN(Matcher present, Matcher::make(MatchType::kRegex, name, ".+"));
    matchers.push_back(std::move(present));
  }
  ASSIGN_OR_RETURN(const auto streams, source.volumes(buckets, matchers));
  const auto rows = rows_of(streams, request);
  if (rows.size() > request.max_series) {
    return invalid("the query hit the max number of series limit (limit: " +
                   std::to_string(request.max_series) + " series)");
  }
  std::vector<std::pair<Labels, Buckets>> sorted(rows.begin(), rows.end());
  std::stable_sort(sorted.begin(), sorted.end(),
                   [](const auto& a, const auto& b) { return total(a.second) > total(b.second); });
  std::vector<logql::ResultSeries> out;
  for (const auto& [labels, bytes] : sorted) {
    if (out.size() == request.limit) break;
    logql::ResultSeries series{labels, {}};
    for (size_t i = 0; i < bytes.size(); ++i) {
      if (bytes[i] == 0) continue;
      const bool is_last = i + 1 == buckets.size();
      const int64_t end_ms = buckets[i].end / kMillisecond;
      series.samples.push_back({is_last ? end_ms : end_ms - 1, static_cast<double>(bytes[i])});
    }
    if (!series.samples.empty()) out.push_back(std::move(series));
  }
  return out;
}

}  // namespace logsvc::server
