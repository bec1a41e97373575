#include "server/ingest/ingest.h"

#include "server/ingest/masked_batch.h"
#include "server/ingest/service_name.h"

namespace logsvc::server {
namespace {

struct Size {
  uint64_t lines = 0;
  uint64_t bytes = 0;
  uint64_t metadata_bytes = 0;
};

// Measures a batch as it was sent, before detected_level is added.
Size size_of(const Batch& batch) {
  Size size;
  for (const StreamEntries& stream : batch.streams) {
    size.lines += stream.entries.size();
    for (const Entry& entry : stream.entries) {
      size.bytes += entry.line.size();
      for (const LabelView& pair : entry.metadata) {
        size.metadata_bytes += pair.name.size() + pair.value.size();
      }
    }
  }
  return size;
}

IngestLimits keeping_future(IngestLimits limits) {
  limits.keep_future = true;
  return limits;
}

}  // namespace

Ingest::Ingest(IngestLimits limits, std::shared_ptr<const masking::Masker> masker, LogSink& sink,
               TailHub& live, const Clock& clock, Metrics& metrics, Diagnostics& diagnostics,
               IngestGuard* guard)
    : limits_(limits),
      agent_limits_(keeping_future(limits)),
      masker_(std::move(masker)),
      sink_(sink),
      live_(live),
      clock_(clock),
      metrics_(metrics),
      diagnostics_(diagnostics),
      guard_(guard),
      loki_(received("loki")),
      otlp_(received("otlp")),
      kept_at_arrival_(metrics.counter(
          "logsvc_ingest_kept_at_arrival_total",
          "Entries kept at the time of their arrival, since their own was too far ahead")) {}

Ingest::Received Ingest::received(const char* format) {
  const MetricLabels lines = {
      {"tenant", "fake"}, {"is_internal_stream", "false"}, {"policy", ""}, {"format", format}};
  MetricLabels bytes = lines;
  bytes.insert(bytes.begin() + 1, {"retention_hours", ""});
  return {metrics_.counter("loki_distributor_lines_received_total", "Lines received", lines),
          metrics_.counter("loki_distributor_bytes_received_total",
                           "Bytes of lines and structured metadata received", bytes),
          metrics_.counter("loki_distributor_structured_metadata_bytes_received_total",
                           "Bytes of structured metadata received", bytes)};
}

uint64_t Ingest::lines_received() const { return loki_.lines.value() + otlp_.lines.value(); }
uint64_t Ingest::bytes_received() const { return loki_.bytes.value() + otlp_.bytes.value(); }

Status Ingest::store(Batch batch, const Received& counters) {
  const Size size = size_of(batch);
  if (size.lines == 0) return {};
  if (limits_.discover_log_levels) {
    for (StreamEntries& stream : batch.streams) add_detected_level(stream, batch.arena);
  }
  if (masker_) mask_batch(*masker_, batch);
  const auto stored = sink_.append(std::make_shared<const Batch>(std::move(batch)));
  if (!stored.ok()) {
    diagnostics_.error("server", "cannot store a push", {{"why", stored.error().message}});
    // The push is not to blame for a disk that was mounted read-only.
    const ErrorCode code = stored.error().code;
    const bool io = code == ErrorCode::kIo || code == ErrorCode::kPermission;
    return Error{io ? ErrorCode::kUnavailable : code, stored.error().message};
  }
  counters.lines.add(size.lines);
  counters.bytes.add(size.bytes + size.metadata_bytes);
  counters.metadata_bytes.add(size.metadata_bytes);
  live_.publish(stored->kept);
  return {};
}

Ingest::Outcome Ingest::accept(Batch batch, Format format, const PushOrigin& origin) {
  const bool otlp = format == Format::kOtlp;
  const IngestLimits& limits = origin.by_agent ? agent_limits_ : limits_;
  const char* const name = otlp ? "otlp" : "loki";
  LimitOutcome kept = enforce_limits(batch, limits, clock_.now(), metrics_, name);
  if (guard_) {
    const Size size = size_of(batch);
    const IngestGuard::Verdict verdict =
        guard_->admit(origin.source, batch, {size.lines, size.bytes + size.metadata_bytes}, name);
    if (!verdict.status.ok()) return {verdict.status, {}, 0, verdict.retry_after};
  }
  if (const Status stored = store(std::move(batch), otlp ? otlp_ : loki_); !stored.ok())
    return {stored, {}, 0, 0};
  if (kept.kept_at_arrival > 0) {
    kept_at_arrival_.add(kept.kept_at_arrival);
    diagnostics_.warn(
        "server",
        "clock skew: entries ahead of this host's clock are stored at the time of "
        "their arrival, with their own time as original_time; check NTP on both hosts",
        {{"entries", std::to_string(kept.kept_at_arrival)}});
  }
  if (kept.rejections.empty()) return {{}, {}, kept.kept_at_arrival, 0};
  diagnostics_.warn("server", "rejected entries of a push",
                    {{"why", kept.rejections.substr(0, 300)}});
  return {invalid(kept.rejections), std::move(kept.refused), kept.kept_at_arrival, 0};
}

}  // namespace logsvc::server
