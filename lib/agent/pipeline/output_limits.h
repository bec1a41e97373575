// Applies limits_config to what leaves the pipelines of the whole process. Safe from several
// threads.
#pragma once

#include <cstdint>
#include <memory>
#include <set>
#include <string>
#include <string_view>

#include "agent/config/limits_config.h"
#include "agent/pipeline/token_bucket.h"
#include "base/mutex.h"
#include "telemetry/metrics.h"

namespace logsvc::agent {

class OutputLimits {
 public:
  OutputLimits(const LimitsConfig& config, Metrics& metrics);

  // Returns false if the line is dropped, which is counted. May shorten the line. Advances
  // `paused_until` if reading should wait.
  bool admit(std::string_view labels, std::string_view& line, int64_t steady_ns,
             int64_t& paused_until);

 private:
  bool admit_stream(std::string_view labels);

  const LimitsConfig config_;
  Counter& too_long_;
  Counter& cut_;
  Counter& stream_limited_;
  Counter& rate_limited_;
  Mutex mutex_;
  TokenBucket bucket_ GUARDED_BY(mutex_);
  std::set<std::string, std::less<>> streams_ GUARDED_BY(mutex_);
};

}  // namespace logsvc::agent
