// Decides whether a push may come in at all: by the rate of its source and of all, by the labels
// that make too many streams, and by the streams of its source. What it turns away is refused as a
// whole with 429, counted, and shown by source. Safe from several threads.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/mutex.h"
#include "base/result.h"
#include "server/ingest/cardinality_guard.h"
#include "server/ingest/rate_limiter.h"
#include "server/ingest/source_streams.h"

namespace logsvc::server {

struct IngestGuardOptions {
  IngestRate rate;                      // of each source
  IngestRate rate_total;                // of all together
  uint64_t max_streams_per_source = 0;  // 0: any
  CardinalityOptions cardinality;
};

// What was refused of a source since it was last quiet for a day.
struct RefusedSource {
  std::string name;
  uint64_t pushes = 0;
  uint64_t lines = 0;
  uint64_t bytes = 0;
  Timestamp last = 0;
  std::string why;  // of the last one
};

class IngestGuard {
 public:
  static constexpr size_t kMaxRefused = 100;  // sources that are shown

  // Borrows everything but the options.
  IngestGuard(IngestGuardOptions options, FileSystem& files, const Clock& clock, Metrics& metrics,
              Diagnostics& diagnostics);

  // Counts what the store has of the last day; see CardinalityGuard.
  void count_stored(const LogSource& source) { cardinality_.count_stored(source); }

  struct Verdict {
    Status status;             // kLimit, in Loki's words
    Duration retry_after = 0;  // 0: not known
  };
  // Changes the batch where labels are folded. source is a token's or an address; format is "loki"
  // or "otlp", for metrics.
  Verdict admit(const std::string& source, Batch& batch, PushSize size, const char* format);

  // Those of the last day, the newest first.
  std::vector<RefusedSource> refused() const;
  std::vector<RunawayLabel> runaway() const { return cardinality_.runaway(); }

 private:
  Verdict refuse(const std::string& source, const char* reason, PushSize size, const char* format,
                 std::string text, Duration retry_after);
  void note(const std::string& source, PushSize size, const std::string& why);

  const Clock& clock_;
  Metrics& metrics_;
  Diagnostics& diagnostics_;
  RateLimiter rates_;
  SourceStreams streams_;
  CardinalityGuard cardinality_;
  mutable Mutex mutex_;
  std::map<std::string, RefusedSource> refused_ GUARDED_BY(mutex_);
};

}  // namespace logsvc::server
