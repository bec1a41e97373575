#include "agent/push/clock_offset.h"

#include <algorithm>
#include <vector>

namespace logsvc::agent {
namespace {
constexpr Duration kMaxRoundTrip = 10 * kSecond;
}

void ClockOffset::add(Timestamp before, Timestamp after, Timestamp server) {
  // The clock was set in the meantime, or the request took too long.
  if (after < before || after - before > kMaxRoundTrip) return;
  const Timestamp middle = before + (after - before) / 2;
  Duration offset = 0;
  if (__builtin_sub_overflow(middle, server, &offset)) return;
  last_.push_back(offset);
  if (last_.size() > kKept) last_.pop_front();
}

std::optional<Duration> ClockOffset::value() const {
  if (last_.empty()) return {};
  std::vector<Duration> sorted(last_.begin(), last_.end());
  std::sort(sorted.begin(), sorted.end());
  return sorted[sorted.size() / 2];
}

}  // namespace logsvc::agent
