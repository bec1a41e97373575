#include "agent/promtail/readers.h"

namespace logsvc::agent {

void read_limits(const config::YamlNode& node, config::Problems& problems, LimitsConfig& out) {
  config::MapReader map(node, "limits_config", problems);
  map.read("readline_rate_enabled", out.readline_rate_enabled);
  map.read("readline_rate", out.readline_rate);
  map.read("readline_burst", out.readline_burst);
  map.read("readline_rate_drop", out.readline_rate_drop);
  map.read("max_streams", out.max_streams);
  map.read_bytes("max_line_size", out.max_line_bytes);
  map.read("max_line_size_truncate", out.max_line_truncate);
  map.finish();
  if (out.readline_rate_enabled && (out.readline_rate <= 0 || out.readline_burst <= 0)) {
    problems.error(node, "limits_config: readline_rate and readline_burst must be above 0");
  }
}

}  // namespace logsvc::agent
