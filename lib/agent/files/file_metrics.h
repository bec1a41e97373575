// Metrics of file targets, under Promtail's names where dashboards know them.
// Safe from several threads.
#pragma once

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include "base/mutex.h"
#include "telemetry/metrics.h"

namespace logsvc::agent {

class FileMetrics {
 public:
  explicit FileMetrics(Metrics& m);

  // The metrics of one path, shared by all that read it; its series end with the last reader.
  struct OfPath {
    std::atomic<uint64_t> lines{0};
    std::atomic<uint64_t> read_bytes{0};  // place in the file
    std::atomic<uint64_t> file_bytes{0};
  };
  std::shared_ptr<OfPath> of_path(const std::string& path);

  Counter& rotations;
  Counter& gaps;
  Counter& failures;
  Gauge& active;

 private:
  struct Paths {
    Mutex mutex;
    std::map<std::string, std::weak_ptr<OfPath>> all GUARDED_BY(mutex);
  };
  const std::shared_ptr<Paths> paths_;  // also used by the registry, which may live longer
};

}  // namespace logsvc::agent
