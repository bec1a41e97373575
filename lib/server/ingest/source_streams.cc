#include "server/ingest/source_streams.h"

#include <algorithm>
#include <vector>

namespace logsvc::server {
namespace {

constexpr Duration kCounts = kHour;
// How often the streams of a source that has too many are looked through for old ones.
constexpr Duration kSweepInterval = 10 * kSecond;

}  // namespace

SourceStreams::Source& SourceStreams::find(const std::string& name) {
  if (const auto found = by_name_.find(name); found != by_name_.end()) {
    sources_.splice(sources_.begin(), sources_, found->second);
    return sources_.front();
  }
  sources_.push_front({name, {}, 0});
  by_name_[name] = sources_.begin();
  return sources_.front();
}

void SourceStreams::sweep(Source& source, int64_t now) {
  if (source.swept_ns != 0 && now - source.swept_ns < kSweepInterval) return;
  source.swept_ns = now;
  counted_ -= std::erase_if(source.pushed, [&](const auto& s) { return now - s.second > kCounts; });
}

// The source in front is the one that has just pushed.
void SourceStreams::make_room() {
  const uint64_t most = std::max(kMaxCounted, max_streams_);
  while (sources_.size() > 1 && (sources_.size() > kMaxSources || counted_ > most)) {
    counted_ -= sources_.back().pushed.size();
    by_name_.erase(sources_.back().name);
    sources_.pop_back();
  }
}

const LabelSet* SourceStreams::refuse(const std::string& name, const Batch& batch) {
  if (max_streams_ == 0) return nullptr;
  const MutexLock lock(mutex_);
  const int64_t now = clock_.steady_ns();
  Source& source = find(name);
  std::vector<uint64_t> added;
  for (const StreamEntries& stream : batch.streams) {
    if (stream.entries.empty()) continue;
    const uint64_t hash = stream.labels.hash();
    const auto [at, fresh] = source.pushed.insert_or_assign(hash, now);
    if (!fresh) continue;
    added.push_back(hash);
    counted_ += 1;
    if (source.pushed.size() > max_streams_) sweep(source, now);
    if (source.pushed.size() <= max_streams_) continue;
    for (const uint64_t one : added) counted_ -= source.pushed.erase(one);
    make_room();
    return &stream.labels;
  }
  make_room();
  return nullptr;
}

}  // namespace logsvc::server
