// The way of a push from entries to disk and live readers, in whatever form they came over the
// wire: service_name → limits → detected_level → durable → live readers. Safe from several threads.
#pragma once

#include <memory>

#include "base/result.h"
#include "model/log_source.h"
#include "os/clock.h"
#include "server/ingest/ingest_limits.h"
#include "server/live/tail_hub.h"
#include "telemetry/diagnostics.h"
#include "telemetry/metrics.h"

namespace logsvc::server {

class Ingest {
 public:
  enum class Format { kLoki, kOtlp };

  // Borrows everything but the limits.
  Ingest(IngestLimits limits, LogSink& sink, TailHub& live, const Clock& clock, Metrics& metrics,
         Diagnostics& diagnostics);

  // Our agents' lines are never refused because of a clock; see IngestLimits::keep_future.
  enum class Sender { kAgent, kOther };

  struct Outcome {
    // kInvalid with Loki's texts: some entries were refused, all others are stored.
    // kNoSpace, kUnavailable: nothing is stored.
    Status status;
    std::vector<wire::EntryRange> refused;
    uint64_t kept_at_arrival = 0;
  };
  Outcome accept(Batch batch, Format format, Sender sender = Sender::kOther);

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
  LogSink& sink_;
  TailHub& live_;
  const Clock& clock_;
  Metrics& metrics_;
  Diagnostics& diagnostics_;
  const Received loki_;
  const Received otlp_;
  Counter& kept_at_arrival_;
};

}  // namespace logsvc::server
