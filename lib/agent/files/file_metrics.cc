#include "agent/files/file_metrics.h"

namespace logsvc::agent {

FileMetrics::FileMetrics(Metrics& m)
    : rotations(m.counter("logsvc_agent_file_rotations_total",
                          "Files that were rotated or truncated while they were read")),
      gaps(m.counter("logsvc_agent_file_gaps_total",
                     "Files that were rotated away before they were read to their end")),
      failures(m.counter("logsvc_agent_file_failures_total", "Files that could not be read")),
      active(m.gauge("promtail_files_active_total", "Files being read")),
      paths_(std::make_shared<Paths>()) {
  const auto of_each = [&](const char* name, const char* help, const char* type,
                           std::atomic<uint64_t> OfPath::*value) {
    m.sample_function(name, help, type, [paths = paths_, value](const Metrics::AddSample& add) {
      MutexLock lock(paths->mutex);
      for (const auto& [path, held] : paths->all) {
        if (const auto one = held.lock())
          add("", {{"path", path}}, static_cast<double>((*one).*value));
      }
    });
  };
  of_each("promtail_read_lines_total", "Lines read from files", "counter", &OfPath::lines);
  of_each("promtail_read_bytes_total", "Up to where files have been read", "gauge",
          &OfPath::read_bytes);
  of_each("promtail_file_bytes_total", "Sizes of the files being read", "gauge",
          &OfPath::file_bytes);
}

std::shared_ptr<FileMetrics::OfPath> FileMetrics::of_path(const std::string& path) {
  MutexLock lock(paths_->mutex);
  std::erase_if(paths_->all, [](const auto& one) { return one.second.expired(); });
  auto known = paths_->all[path].lock();
  if (known) return known;
  auto made = std::make_shared<OfPath>();
  paths_->all[path] = made;
  return made;
}

}  // namespace logsvc::agent
