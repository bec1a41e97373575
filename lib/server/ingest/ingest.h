// The way of a push from entries to disk and live readers, in whatever form they came over the
// wire: service_name → limits → rates and streams → detected_level → masking → durable → live
// readers. Safe from several threads.
#pragma once

#include <memory>

#include "base/result.h"
#include "masking/masker.h"
#include "model/log_source.h"
#include "os/clock.h"
#include "server/ingest/ingest_guard.h"
#include "server/ingest/ingest_limits.h"
#include "server/live/tail_hub.h"
#include "telemetry/diagnostics.h"
#include "telemetry/metrics.h"

namespace logsvc::server {

// Who pushes.
struct PushOrigin {
  bool by_agent = false;  // one of ours: never refused because of a clock (keep_future)
  std::string source;     // whose limits it is under: a token's name, or an address
};

class Ingest {
 public:
  enum class Format { kLoki, kOtlp };

  // Borrows everything but the limits. masker hides what must never be stored; null: nothing. guard
  // may be null: everything may come in.
  Ingest(IngestLimits limits, std::shared_ptr<const masking::Masker> masker, LogSink& sink,
         TailHub& live, const Clock& clock, Metrics& metrics, Diagnostics& diagnostics,
         IngestGuard* guard = nullptr);

  struct Outcome {
    // kInvalid with Loki's texts: some entries were refused, all others are stored.
    // kLimit: over a rate or number of streams. kNoSpace, kUnavailable. Nothing is stored.
    Status status;
    std::vector<wire::EntryRange> refused;
    uint64_t kept_at_arrival = 0;
    Duration retry_after = 0;  // with kLimit: when it may be taken; 0: not known
  };
  Outcome accept(Batch batch, Format format, const PushOrigin& origin = {});

  const IngestLimits& limits() const { return limits_; }
  uint64_t lines_received() const;
  uint64_t bytes_received() const;

 private:
  struct Received {
    Counter& lines;
    Counter& bytes;
    Counter& metadata_bytes;
  };
  Received received(const char* format);

  Status store(Batch batch, const Received& counters);

  const IngestLimits limits_;
  const IngestLimits agent_limits_;
  const std::shared_ptr<const masking::Masker> masker_;
  LogSink& sink_;
  TailHub& live_;
  const Clock& clock_;
  Metrics& metrics_;
  Diagnostics& diagnostics_;
  IngestGuard* const guard_;
  const Received loki_;
  const Received otlp_;
  Counter& kept_at_arrival_;
};

}  // namespace logsvc::server
