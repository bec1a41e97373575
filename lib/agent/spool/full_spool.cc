#include "agent/spool/full_spool.h"

#include <chrono>
#include <thread>

namespace logsvc::agent {
namespace {

constexpr std::chrono::milliseconds kWait{200};
constexpr std::chrono::milliseconds kStopCheck{50};

}  // namespace

void WaitForRoom::wait(const Error& why) {
  metrics_.spool_full_waits.add();
  diagnostics_.warn("agent", "the spool takes no more: reading waits, the sources keep their lines",
                    {{"why", why.message}});
  for (std::chrono::milliseconds waited{0}; waited < kWait && !stop_; waited += kStopCheck) {
    std::this_thread::sleep_for(kStopCheck);
  }
}

bool append_or_drop(Spool& spool, std::span<const SpoolGroup> groups, Counter& dropped) {
  if (spool.append(groups).ok()) return true;
  dropped.add(groups.size());
  return false;
}

}  // namespace logsvc::agent
