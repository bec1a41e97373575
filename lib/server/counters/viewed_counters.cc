#include "server/counters/viewed_counters.h"

#include <algorithm>

namespace logsvc::server {

std::vector<std::shared_ptr<Counters>> ViewedCounters::every() const {
  std::vector<std::shared_ptr<Counters>> out;
  const MutexLock lock(mutex_);
  for (const auto& [key, counted] : of_parts_) out.push_back(counted.counters);
  return out;
}

void ViewedCounters::sync() {
  all_.sync();
  for (const auto& counters : every()) counters->sync();
}

std::string ViewedCounters::text(const Principal& principal, const logql::QueryRun& run) {
  const std::string key = views_.key_of(principal);
  return key.empty() ? all_.text(run) : of(principal, key)->text(run);
}

std::shared_ptr<Counters> ViewedCounters::of(const Principal& principal, const std::string& key) {
  const MutexLock lock(mutex_);
  const auto found = of_parts_.find(key);
  if (found == of_parts_.end() && of_parts_.size() >= kMaxViews) {
    const auto oldest = std::min_element(
        of_parts_.begin(), of_parts_.end(),
        [](const auto& a, const auto& b) { return a.second.asked_ns < b.second.asked_ns; });
    of_parts_.erase(oldest);
  }
  Counted& counted = of_parts_[key];
  if (!counted.counters) {
    counted.counters = std::make_shared<Counters>(views_, principal, hub_, items_, clock_);
  }
  counted.asked_ns = clock_.steady_ns();
  return counted.counters;
}

void ViewedCounters::drop_unused() {
  const int64_t now = clock_.steady_ns();
  const MutexLock lock(mutex_);
  std::erase_if(of_parts_, [&](const auto& one) { return now - one.second.asked_ns > kForgotten; });
}

}  // namespace logsvc::server
