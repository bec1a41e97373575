// The pulses of those who see a part of the lines, one for each part. One that nobody asked for in
// an hour is dropped, and read anew when it is asked for again. Safe from several threads; its lock
// is held for the list alone. Starts one thread with the first part, which reads histories and
// counts what nobody looks at; the destructor joins it.
#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "base/mutex.h"
#include "insight/partial_pulse.h"
#include "telemetry/diagnostics.h"

namespace logsvc::insight {

class PartialPulses {
 public:
  static constexpr size_t kMaxUnused = 32;  // of those that nobody looks at
  static constexpr Duration kUnused = kMinute;
  static constexpr Duration kForgotten = kHour;

  // Borrows everything. all has the streams of every part.
  PartialPulses(const LogSource& all, Duration retention, const Clock& clock,
                Diagnostics& diagnostics);
  ~PartialPulses();

  // Costs nothing while there is no part.
  void bring(const Arrival& arrival) {
    if (any_.load(std::memory_order_relaxed)) bring_to_all(arrival);
  }
  // Notes that the agent of a host lives.
  void host_seen(const std::string& host, Timestamp at);
  // Begins it if there is none.
  std::shared_ptr<PartialPulse> of(const Part& part);

 private:
  using Pulses = std::map<std::string, std::shared_ptr<PartialPulse>>;
  void bring_to_all(const Arrival& arrival);
  void run();
  void work();
  void drop_unused();
  std::vector<std::shared_ptr<PartialPulse>> all_parts();

  const LogSource& all_;
  const Duration retention_;
  const Clock& clock_;
  Diagnostics& diagnostics_;

  std::atomic<bool> any_ = false;
  SharedMutex mutex_;
  Pulses pulses_ GUARDED_BY(mutex_);

  std::stop_source stop_;
  Mutex stop_mutex_;
  CondVar stop_changed_;
  bool stopping_ GUARDED_BY(stop_mutex_) = false;
  std::thread thread_ GUARDED_BY(mutex_);
};

}  // namespace logsvc::insight
