#include "store/read/shared_times.h"

#include <algorithm>

namespace logsvc::store {

void SharedTimes::add(const Window& window, const std::vector<StreamRef>& streams) {
  for (const StreamRef& s : streams) {
    if (const auto part = window.summary(*s)) spans_[s.get()].push_back({part->first, part->last});
  }
}

// Replaces pieces by what they share.
void SharedTimes::find() {
  for (auto& [stream, spans] : spans_) {
    std::sort(spans.begin(), spans.end(),
              [](const TimeSpan& a, const TimeSpan& b) { return a.first < b.first; });
    std::vector<TimeSpan> shared;
    Timestamp reach = spans[0].last;
    for (size_t i = 1; i < spans.size(); ++i) {
      const TimeSpan both{spans[i].first, std::min(spans[i].last, reach)};
      reach = std::max(reach, spans[i].last);
      if (both.first > both.last) continue;
      if (!shared.empty() && both.first <= shared.back().last) {
        shared.back().last = std::max(shared.back().last, both.last);
      } else {
        shared.push_back(both);
      }
    }
    spans = std::move(shared);
  }
}

const std::vector<TimeSpan>& SharedTimes::of(const Stream* stream) const {
  static const std::vector<TimeSpan> kNothing;
  const auto found = spans_.find(stream);
  return found == spans_.end() ? kNothing : found->second;
}

std::span<const TimeSpan> SharedTimes::in(const RowRun& run) const {
  const auto& shared = of(run.stream.get());
  const auto first = std::lower_bound(shared.begin(), shared.end(), run.rows.first,
                                      [](const TimeSpan& s, Timestamp t) { return s.last < t; });
  auto last = first;
  while (last != shared.end() && last->first <= run.rows.last) ++last;
  return {first, last};
}

bool SharedTimes::has(const Stream* stream, Timestamp t) const {
  const auto& shared = of(stream);
  const auto span =
      std::lower_bound(shared.begin(), shared.end(), t,
                       [](const TimeSpan& s, Timestamp time) { return s.last < time; });
  return span != shared.end() && span->first <= t;
}

}  // namespace logsvc::store
