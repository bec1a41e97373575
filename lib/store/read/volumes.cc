// Computes volumes by bucket from what the index and the open windows know of a block without
// reading it.
#include <unordered_map>

#include "store/read/reader.h"

namespace logsvc::store {
namespace {

// Adds the bytes of a block whose entries lie in [first, last].
void spread(Timestamp first, Timestamp last, uint64_t bytes, const std::vector<TimeRange>& buckets,
            std::vector<uint64_t>& out) {
  const double length = static_cast<double>(last) - static_cast<double>(first) + 1;
  for (size_t i = 0; i < buckets.size(); ++i) {
    if (!buckets[i].overlaps(first, last)) continue;
    const Timestamp from = std::max(first, buckets[i].start);
    const Timestamp to = std::min(last, buckets[i].end - 1);
    const double share = (static_cast<double>(to) - static_cast<double>(from) + 1) / length;
    out[i] += static_cast<uint64_t>(share * static_cast<double>(bytes) + 0.5);
  }
}

}  // namespace

Result<std::vector<StreamVolume>> Reader::volumes(const std::vector<TimeRange>& buckets,
                                                  const std::vector<Matcher>& matchers) const {
  std::vector<StreamVolume> out;
  if (buckets.empty()) return out;
  const TimeRange range{buckets.front().start, buckets.back().end};
  const Snapshot now = context_.catalog().snapshot();
  const auto streams = context_.streams().select(matchers);
  std::unordered_map<uint64_t, std::vector<uint64_t>> by_id;
  const auto add = [&](uint64_t id, Timestamp first, Timestamp last, uint64_t bytes) {
    auto& of_stream = by_id[id];
    of_stream.resize(buckets.size());
    spread(first, last, bytes, buckets, of_stream);
  };
  for (const auto& window : now.windows) {
    for (const StreamRef& s : streams) {
      const auto summary = window->summary(*s);
      if (!summary || !range.overlaps(summary->first, summary->last)) continue;
      add(s->id, summary->first, summary->last, summary->bytes);
    }
  }
  RETURN_IF_ERROR(
      context_.catalog().directory().visit(StreamSelection(streams), range, now.files_in(range),
                                           [&](const StreamRef& s, const StreamBlock& b) {
                                             add(s->id, b.first, b.last, b.raw_bytes);
                                             return true;
                                           }));
  for (const StreamRef& s : streams) {
    const auto found = by_id.find(s->id);
    if (found != by_id.end()) out.push_back({s->labels, std::move(found->second)});
  }
  return out;
}

}  // namespace logsvc::store
