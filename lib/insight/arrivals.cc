#include "insight/arrivals.h"

#include <algorithm>
#include <utility>

namespace logsvc::insight {

bool Arrivals::add(Arrival arrival) {
  const MutexLock lock(mutex_);
  bytes_ += std::max(arrival.bytes, kLeastBytes);
  waiting_.push_back(std::move(arrival));
  return bytes_ < kMostBytes;
}

std::vector<Arrival> Arrivals::take() {
  const MutexLock lock(mutex_);
  bytes_ = 0;
  return std::exchange(waiting_, {});
}

}  // namespace logsvc::insight
