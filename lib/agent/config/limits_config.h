// `limits_config` of a Promtail file: limits on what may leave the pipelines.
#pragma once

#include <cstdint>

namespace logsvc::agent {

struct LimitsConfig {
  bool readline_rate_enabled = false;
  double readline_rate = 10000;  // lines per second for the whole process, after the pipelines
  int64_t readline_burst = 10000;
  bool readline_rate_drop = true;  // false: reading waits
  int64_t max_streams = 0;         // 0: no limit; lines of further streams are dropped
  int64_t max_line_bytes = 0;      // 0: no limit
  bool max_line_truncate = false;  // false: longer lines are dropped
};

}  // namespace logsvc::agent
