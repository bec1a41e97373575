#include "insight/arrivals.h"

#include <utility>

namespace logsvc::insight {

bool Arrivals::add(Arrival arrival) {
  const auto* batch = std::get_if<std::shared_ptr<const Batch>>(&arrival.what);
  const uint64_t entries = batch ? (*batch)->entry_count() : 0;
  const MutexLock lock(mutex_);
  waiting_.push_back(std::move(arrival));
  entries_ += entries;
  return entries_ < kMostEntries && waiting_.size() < kMost;
}

std::vector<Arrival> Arrivals::take() {
  const MutexLock lock(mutex_);
  entries_ = 0;
  return std::exchange(waiting_, {});
}

}  // namespace logsvc::insight
