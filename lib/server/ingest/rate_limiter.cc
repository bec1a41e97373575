#include "server/ingest/rate_limiter.h"

#include <algorithm>

namespace logsvc::server {
namespace {

// Returns the seconds until there is as much as is needed; what is more than the burst is taken on
// credit from a full bucket.
double missing_seconds(double held, uint64_t needed, uint64_t rate, uint64_t burst) {
  if (rate == 0 || needed == 0) return 0;
  const double wanted = static_cast<double>(std::min(needed, burst));
  return std::max(0.0, (wanted - held) / static_cast<double>(rate));
}

double filled(double held, double seconds, uint64_t rate, uint64_t burst) {
  return std::min(static_cast<double>(burst), held + seconds * static_cast<double>(rate));
}

}  // namespace

Duration RateLimiter::wait_of(Bucket& bucket, const IngestRate& rate, PushSize push,
                              int64_t now_ns) {
  const double seconds =
      static_cast<double>(std::max<int64_t>(0, now_ns - bucket.filled_ns)) / kSecond;
  bucket.filled_ns = std::max(bucket.filled_ns, now_ns);
  bucket.bytes = filled(bucket.bytes, seconds, rate.bytes_per_second, rate.burst_bytes);
  bucket.lines = filled(bucket.lines, seconds, rate.lines_per_second, rate.burst_lines);
  const double wait =
      std::max(missing_seconds(bucket.bytes, push.bytes, rate.bytes_per_second, rate.burst_bytes),
               missing_seconds(bucket.lines, push.lines, rate.lines_per_second, rate.burst_lines));
  constexpr double kMostSeconds = 3600;
  return static_cast<Duration>(std::min(wait, kMostSeconds) * kSecond);
}

RateLimiter::Refusal RateLimiter::refusal(const IngestRate& rate, const std::string& where,
                                          PushSize push, Duration wait, const Bucket& bucket) {
  const bool lines =
      missing_seconds(bucket.lines, push.lines, rate.lines_per_second, rate.burst_lines) >
      missing_seconds(bucket.bytes, push.bytes, rate.bytes_per_second, rate.burst_bytes);
  const std::string limit = lines ? std::to_string(rate.lines_per_second) + " lines/sec"
                                  : std::to_string(rate.bytes_per_second) + " bytes/sec";
  return {"ingestion rate limit exceeded for user fake (limit: " + limit +
              ") while attempting to ingest '" + std::to_string(push.lines) + "' lines totaling '" +
              std::to_string(push.bytes) +
              "' bytes, reduce log volume or contact your Loki administrator to see if the limit "
              "can be increased (" +
              where + ")",
          wait};
}

RateLimiter::Bucket& RateLimiter::bucket_of(const std::string& source) {
  if (const auto found = by_name_.find(source); found != by_name_.end()) {
    sources_.splice(sources_.begin(), sources_, found->second);
    return sources_.front().bucket;
  }
  if (sources_.size() >= kMaxSources) {
    by_name_.erase(sources_.back().name);
    sources_.pop_back();
  }
  sources_.push_front({source, full(per_source_)});
  sources_.front().bucket.filled_ns = clock_.steady_ns();
  by_name_[source] = sources_.begin();
  return sources_.front().bucket;
}

std::optional<RateLimiter::Refusal> RateLimiter::refuse(const std::string& source, PushSize push) {
  if (!per_source_.limits() && !total_.limits()) return std::nullopt;
  const MutexLock lock(mutex_);
  const int64_t now = clock_.steady_ns();
  Bucket* own = per_source_.limits() ? &bucket_of(source) : nullptr;
  if (own) {
    if (const Duration wait = wait_of(*own, per_source_, push, now); wait > 0) {
      return refusal(per_source_, "--ingest-rate, of " + source, push, wait, *own);
    }
  }
  if (total_.limits()) {
    if (const Duration wait = wait_of(all_, total_, push, now); wait > 0) {
      return refusal(total_, "--ingest-rate-total", push, wait, all_);
    }
  }
  for (Bucket* bucket : {own, total_.limits() ? &all_ : nullptr}) {
    if (!bucket) continue;
    bucket->bytes -= static_cast<double>(push.bytes);
    bucket->lines -= static_cast<double>(push.lines);
  }
  return std::nullopt;
}

}  // namespace logsvc::server
