#include "agent/pipeline/output_limits.h"

namespace logsvc::agent {
namespace {

Counter& dropped(Metrics& metrics, const char* reason) {
  return metrics.counter("logsvc_agent_lines_limited_total", "Lines that limits_config dropped",
                         {{"reason", reason}});
}

}  // namespace

OutputLimits::OutputLimits(const LimitsConfig& config, Metrics& metrics)
    : config_(config),
      too_long_(dropped(metrics, "line_too_long")),
      cut_(metrics.counter("logsvc_agent_lines_cut_total", "Lines cut at the largest size")),
      stream_limited_(dropped(metrics, "stream_limited")),
      rate_limited_(dropped(metrics, "global_rate_limiter_drop")),
      bucket_(config.readline_rate, static_cast<double>(config.readline_burst)) {}

bool OutputLimits::admit_stream(std::string_view labels) {
  MutexLock lock(mutex_);
  if (streams_.find(labels) != streams_.end()) return true;
  if (static_cast<int64_t>(streams_.size()) >= config_.max_streams) return false;
  streams_.emplace(labels);
  return true;
}

bool OutputLimits::admit(std::string_view labels, std::string_view& line, int64_t steady_ns,
                         int64_t& paused_until) {
  if (config_.readline_rate_enabled) {
    MutexLock lock(mutex_);
    if (!config_.readline_rate_drop) {
      paused_until = bucket_.reserve(steady_ns);
    } else if (!bucket_.take(steady_ns)) {
      rate_limited_.add();
      return false;
    }
  }
  if (config_.max_streams > 0 && !admit_stream(labels)) {
    stream_limited_.add();
    return false;
  }
  const auto most = static_cast<size_t>(config_.max_line_bytes);
  if (most > 0 && line.size() > most) {
    if (!config_.max_line_truncate) {
      too_long_.add();
      return false;
    }
    cut_.add();
    line = line.substr(0, most);
  }
  return true;
}

}  // namespace logsvc::agent
