// Limits how many streams one source may keep busy, so that one of them does not use up what all
// may have. A stream counts from a push to an hour after its last one. Safe from several threads.
#pragma once

#include <cstddef>
#include <cstdint>
#include <list>
#include <string>
#include <unordered_map>

#include "base/mutex.h"
#include "model/entry.h"
#include "os/clock.h"

namespace logsvc::server {

class SourceStreams {
 public:
  static constexpr size_t kMaxSources = 10'000;
  // Of all sources together; those that were heard of longest ago make room.
  static constexpr uint64_t kMaxCounted = 500'000;

  // 0: no limit, and nothing is counted. Borrows the clock.
  SourceStreams(uint64_t max_streams, const Clock& clock)
      : max_streams_(max_streams), clock_(clock) {}

  // Counts the streams of a push. Returns the first one that is too many, and then counts none of
  // those that are new; null if they are not too many.
  const LabelSet* refuse(const std::string& source, const Batch& batch);
  uint64_t max_streams() const { return max_streams_; }

 private:
  struct Source {
    std::string name;
    std::unordered_map<uint64_t, int64_t> pushed;  // hash of the labels → when, steady
    int64_t swept_ns = 0;
  };
  Source& find(const std::string& name) REQUIRES(mutex_);
  void sweep(Source& source, int64_t now) REQUIRES(mutex_);
  void make_room() REQUIRES(mutex_);

  const uint64_t max_streams_;
  const Clock& clock_;
  Mutex mutex_;
  std::list<Source> sources_ GUARDED_BY(mutex_);  // last heard of first
  std::unordered_map<std::string, std::list<Source>::iterator> by_name_ GUARDED_BY(mutex_);
  uint64_t counted_ GUARDED_BY(mutex_) = 0;
};

}  // namespace logsvc::server
