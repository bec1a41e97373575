// What every part of one query's execution shares: source, limits, cancellation, memory, cost.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <memory>
#include <vector>

#include "logql/run/engine_limits.h"
#include "logql/run/query_request.h"
#include "logql/run/query_result.h"
#include "model/log_source.h"

namespace logsvc::logql {

class ExecContext {
 public:
  ExecContext(const LogSource& source, const EngineLimits& limits, const QueryRun& run)
      : source(source),
        limits(limits),
        cancellation(run.cancellation),
        begun_(std::chrono::steady_clock::now()),
        memory_(run.memory ? run.memory
                           : std::make_shared<MemoryAccount>(nullptr, limits.max_memory_bytes)) {}

  const LogSource& source;
  const EngineLimits& limits;
  const Cancellation cancellation;
  QueryStats stats;
  std::vector<std::string> warnings;

  // Call it between pieces of work of at most some milliseconds.
  Status check() const {
    RETURN_IF_ERROR(cancellation.check());
    if (limits.timeout && elapsed() > limits.timeout) return query_timed_out();
    return {};
  }
  // Call it for each entry that is worked on: it looks at the clock once in many small ones.
  Status tick(uint64_t entry_bytes) {
    constexpr uint64_t kEntry = 1 << 10, kPause = 64 << 10;
    if (cancellation.requested()) return cancellation.check();
    work_ += kEntry + entry_bytes;
    if (work_ < kPause) return {};
    work_ = 0;
    return check();
  }
  Duration elapsed() const {
    return std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::steady_clock::now() -
                                                                begun_)
        .count();
  }

  // Does what MemoryAccount::hold does.
  Status hold(uint64_t bytes) { return memory_->hold(bytes); }
  void release(uint64_t bytes) { memory_->release(bytes); }

  // Appends; the query holds what the vector takes while it grows.
  template <typename T>
  Status append(std::vector<T>& to, T value) {
    if (to.size() == to.capacity()) {
      const size_t before = to.capacity(), after = std::max<size_t>(4, 2 * before);
      RETURN_IF_ERROR(hold(after * sizeof(T) + kAllocationBytes));
      to.reserve(after);
      release(before ? before * sizeof(T) + kAllocationBytes : 0);
    }
    to.push_back(std::move(value));
    return {};
  }

  // Adds what reading cost.
  void account(const ReadStats& read) {
    stats.bytes_processed += read.bytes_processed;
    stats.lines_processed += read.lines_processed;
    stats.head_lines += read.head_lines;
    stats.chunks_total += read.chunks_total;
    stats.chunks_read += read.chunks_read;
    stats.compressed_bytes += read.compressed_bytes;
    stats.duplicates += read.duplicates;
    for (const std::string& warning : read.warnings) {
      const bool said = std::find(warnings.begin(), warnings.end(), warning) != warnings.end();
      if (!said) warnings.push_back(warning);
    }
  }

 private:
  const std::chrono::steady_clock::time_point begun_;
  const std::shared_ptr<MemoryAccount> memory_;
  uint64_t work_ = 0;  // since the clock was looked at, in approximate bytes
};

}  // namespace logsvc::logql
