// What every part of one query's execution shares: source, limits, cancellation, cost.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <stop_token>

#include "logql/engine.h"

namespace logsvc::logql {

class ExecContext {
 public:
  ExecContext(const LogSource& source, const EngineLimits& limits, std::stop_token stop)
      : source(source),
        limits(limits),
        stop(std::move(stop)),
        begun_(std::chrono::steady_clock::now()) {}

  const LogSource& source;
  const EngineLimits& limits;
  const std::stop_token stop;
  QueryStats stats;
  std::vector<std::string> warnings;

  // Called now and then while entries stream by.
  Status check() const {
    if (stop.stop_requested())
      return Error{ErrorCode::kCancelled, "the request was cancelled by the client"};
    if (limits.timeout && elapsed() > limits.timeout) {
      return Error{ErrorCode::kTimeout,
                   "request timed out, decrease the duration of the request or add more label "
                   "matchers (prefer exact match over regex match) to reduce the amount of data "
                   "processed"};
    }
    return {};
  }
  Duration elapsed() const {
    return std::chrono::duration_cast<std::chrono::nanoseconds>(std::chrono::steady_clock::now() -
                                                                begun_)
        .count();
  }

  // Memory that the answer holds; kLimit when it is more than allowed.
  Status hold(uint64_t bytes) {
    held_ += bytes;
    if (limits.max_memory_bytes && held_ > limits.max_memory_bytes) {
      return invalid("the query would hold more than " +
                     std::to_string(limits.max_memory_bytes >> 20) +
                     " MiB; add more label matchers, a shorter range or a smaller limit");
    }
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
  uint64_t held_ = 0;
};

}  // namespace logsvc::logql
