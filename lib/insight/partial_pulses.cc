#include "insight/partial_pulses.h"

#include <algorithm>
#include <chrono>

namespace logsvc::insight {
namespace {

constexpr auto kPause = std::chrono::milliseconds(250);

}  // namespace

PartialPulses::PartialPulses(const LogSource& all, Duration retention, const Clock& clock,
                             Diagnostics& diagnostics)
    : all_(all), retention_(retention), clock_(clock), diagnostics_(diagnostics) {}

PartialPulses::~PartialPulses() {
  stop_.request_stop();
  {
    const MutexLock lock(stop_mutex_);
    stopping_ = true;
    stop_changed_.notify_all();
  }
  std::thread thread;
  {
    const WriterLock lock(mutex_);
    thread.swap(thread_);
  }
  if (thread.joinable()) thread.join();
}

std::shared_ptr<PartialPulse> PartialPulses::of(const Part& part) {
  {
    const ReaderLock lock(mutex_);
    if (const auto found = pulses_.find(part.key); found != pulses_.end()) {
      found->second->ask();
      return found->second;
    }
  }
  const WriterLock lock(mutex_);
  auto& pulse = pulses_[part.key];
  if (!pulse) pulse = std::make_shared<PartialPulse>(part, all_, retention_, clock_);
  any_ = true;
  if (!thread_.joinable()) thread_ = std::thread([this] { run(); });
  return pulse;
}

void PartialPulses::host_seen(const std::string& host, Timestamp at) {
  if (!any_.load(std::memory_order_relaxed)) return;
  ReportArrival alive;
  alive.report.host = host;
  bring_to_all({at, 0, std::move(alive)});
}

void PartialPulses::bring_to_all(const Arrival& arrival) {
  for (const auto& pulse : all_parts()) pulse->bring(arrival);
}

std::vector<std::shared_ptr<PartialPulse>> PartialPulses::all_parts() {
  std::vector<std::shared_ptr<PartialPulse>> out;
  const ReaderLock lock(mutex_);
  for (const auto& [key, pulse] : pulses_) out.push_back(pulse);
  return out;
}

void PartialPulses::drop_unused() {
  const int64_t now = clock_.steady_ns();
  const WriterLock lock(mutex_);
  std::vector<std::pair<int64_t, std::string>> unused;
  std::erase_if(pulses_, [&](const auto& one) {
    const Duration since = now - one.second->asked_ns();
    if (since > kUnused) unused.emplace_back(one.second->asked_ns(), one.first);
    return since > kForgotten;
  });
  std::sort(unused.begin(), unused.end());
  for (size_t i = 0; i + kMaxUnused < unused.size(); ++i) pulses_.erase(unused[i].second);
  any_ = !pulses_.empty();
}

void PartialPulses::work() {
  drop_unused();
  for (const auto& pulse : all_parts()) {
    pulse->count();
    if (!pulse->history_is_due()) continue;
    const Status read = pulse->read_history(stop_.get_token());
    if (read.ok() || read.error().code == ErrorCode::kCancelled) continue;
    diagnostics_.warn("insight",
                      "cannot read stored lines of a part; its counters start with new lines",
                      {{"why", read.error().message}});
  }
}

void PartialPulses::run() {
  MutexLock lock(stop_mutex_);
  while (!stopping_) {
    stop_mutex_.unlock();
    work();
    stop_mutex_.lock();
    if (!stopping_) stop_changed_.wait_for(stop_mutex_, kPause);
  }
}

}  // namespace logsvc::insight
