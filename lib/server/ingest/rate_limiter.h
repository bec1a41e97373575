// Limits how much each source, and all of them together, may push in a second: token buckets, with
// the burst that they allow after a quiet time. Safe from several threads.
#pragma once

#include <cstddef>
#include <cstdint>
#include <list>
#include <optional>
#include <string>
#include <unordered_map>

#include "base/mutex.h"
#include "base/time.h"
#include "os/clock.h"
#include "server/ingest/ingest_rate.h"

namespace logsvc::server {

struct PushSize {
  uint64_t lines = 0;
  uint64_t bytes = 0;  // of lines and structured metadata
};

class RateLimiter {
 public:
  // Only so many sources have a bucket; the one that was heard of longest ago makes room.
  static constexpr size_t kMaxSources = 10'000;

  // Borrows the clock.
  RateLimiter(const IngestRate& per_source, const IngestRate& total, const Clock& clock)
      : per_source_(per_source), total_(total), clock_(clock), all_(full(total)) {}

  struct Refusal {
    std::string text;          // Loki's, and the setting
    Duration retry_after = 0;  // when the push may be taken, if nobody else pushes
  };
  // Takes what the push needs, or refuses it and takes nothing. A push of more than the burst is
  // taken when the bucket is full; the next ones wait for it.
  std::optional<Refusal> refuse(const std::string& source, PushSize push);

 private:
  struct Bucket {
    double bytes = 0;
    double lines = 0;
    int64_t filled_ns = 0;
  };
  struct Source {
    std::string name;
    Bucket bucket;
  };
  static Bucket full(const IngestRate& rate) {
    return {static_cast<double>(rate.burst_bytes), static_cast<double>(rate.burst_lines), 0};
  }
  // Returns how long the push has to wait for the bucket; 0: not at all.
  static Duration wait_of(Bucket& bucket, const IngestRate& rate, PushSize push, int64_t now_ns);
  static Refusal refusal(const IngestRate& rate, const std::string& where, PushSize push,
                         Duration wait, const Bucket& bucket);
  Bucket& bucket_of(const std::string& source) REQUIRES(mutex_);

  const IngestRate per_source_;
  const IngestRate total_;
  const Clock& clock_;
  Mutex mutex_;
  Bucket all_ GUARDED_BY(mutex_);
  std::list<Source> sources_ GUARDED_BY(mutex_);  // last heard of first
  std::unordered_map<std::string, std::list<Source>::iterator> by_name_ GUARDED_BY(mutex_);
};

}  // namespace logsvc::server
