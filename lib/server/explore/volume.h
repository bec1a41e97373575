// Computes how much was logged, by stream or label, from the volumes of single streams: what
// /index/volume answers.
#pragma once

#include <string>
#include <vector>

#include "logql/run/query_result.h"
#include "model/log_source.h"
#include "model/matcher.h"

namespace logsvc::server {

struct VolumeRequest {
  std::vector<Matcher> matchers;
  std::vector<std::string> target_labels;  // empty: those the matchers name
  bool by_label_name = false;              // one row per name of a label instead of per label set
  uint64_t limit = 100;
  uint64_t max_series = 1000;
};

// Cuts a range into buckets that end at multiples of the step; the first and the last may be
// shorter. With step 0 there is one bucket.
std::vector<TimeRange> volume_buckets(TimeRange range, Duration step);

// Returns one series per row, the largest first, with a sample for each bucket that has anything:
// at the bucket's last millisecond, and for the last bucket at its end. kInvalid if there are more
// than max_series.
Result<std::vector<logql::ResultSeries>> volumes(const LogSource& source,
                                                 const VolumeRequest& request,
                                                 const std::vector<TimeRange>& buckets);

}  // namespace logsvc::server
