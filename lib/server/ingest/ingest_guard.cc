#include "server/ingest/ingest_guard.h"

#include <algorithm>

#include "server/ingest/ingest_limits.h"

namespace logsvc::server {

IngestGuard::IngestGuard(IngestGuardOptions options, FileSystem& files, const Clock& clock,
                         Metrics& metrics, Diagnostics& diagnostics)
    : clock_(clock),
      metrics_(metrics),
      diagnostics_(diagnostics),
      rates_(options.rate, options.rate_total, clock),
      streams_(options.max_streams_per_source, clock),
      cardinality_(std::move(options.cardinality), files, clock, metrics, diagnostics) {}

IngestGuard::Verdict IngestGuard::admit(const std::string& source, Batch& batch, PushSize size,
                                        const char* format) {
  if (const auto over = rates_.refuse(source, size)) {
    return refuse(source, "rate_limited", size, format, over->text, over->retry_after);
  }
  if (const Status runs_away = cardinality_.apply(batch); !runs_away.ok()) {
    return refuse(source, "stream_limit", size, format, runs_away.error().message, 0);
  }
  if (const LabelSet* one_more = streams_.refuse(source, batch)) {
    return refuse(source, "stream_limit", size, format,
                  stream_limit_text(*one_more) + " (--max-streams-per-source " +
                      std::to_string(streams_.max_streams()) + ", of " + source + ")",
                  0);
  }
  return {};
}

IngestGuard::Verdict IngestGuard::refuse(const std::string& source, const char* reason,
                                         PushSize size, const char* format, std::string text,
                                         Duration retry_after) {
  count_discarded(metrics_, reason, format, size.lines, size.bytes);
  note(source, size, text);
  diagnostics_.warn("server", "pushes are over a limit and refused",
                    {{"source", source}, {"why", text.substr(0, 500)}});
  return {Error{ErrorCode::kLimit, std::move(text)}, retry_after};
}

void IngestGuard::note(const std::string& source, PushSize size, const std::string& why) {
  const Timestamp now = clock_.now();
  const MutexLock lock(mutex_);
  if (!refused_.contains(source) && refused_.size() >= kMaxRefused) {
    refused_.erase(std::min_element(
        refused_.begin(), refused_.end(),
        [](const auto& a, const auto& b) { return a.second.last < b.second.last; }));
  }
  RefusedSource& one = refused_[source];
  if (now - one.last > kDay) one = {};
  one.name = source;
  one.pushes += 1;
  one.lines += size.lines;
  one.bytes += size.bytes;
  one.last = now;
  one.why = why.substr(0, 500);
}

std::vector<RefusedSource> IngestGuard::refused() const {
  std::vector<RefusedSource> out;
  const Timestamp now = clock_.now();
  {
    const MutexLock lock(mutex_);
    for (const auto& [name, one] : refused_) {
      if (now - one.last <= kDay) out.push_back(one);
    }
  }
  std::sort(out.begin(), out.end(),
            [](const RefusedSource& a, const RefusedSource& b) { return a.last > b.last; });
  return out;
}

}  // namespace logsvc::server
