// Pushes what the simulated services log, over HTTP as an agent would: first the past hour, then
// line by line as time goes by. One thread, which ends with it.
#pragma once

#include <atomic>
#include <memory>
#include <thread>

#include "agent/push/push_target.h"
#include "demo/ticketing.h"
#include "os/clock.h"
#include "telemetry/diagnostics.h"

namespace logsvc::demo {

class DemoFeeder {
 public:
  // history: how far back to begin. Borrows clock and diagnostics.
  DemoFeeder(std::unique_ptr<agent::PushTarget> target, const Clock& clock,
             Diagnostics& diagnostics, Duration history);
  ~DemoFeeder();

 private:
  void run(Duration history);
  bool push(const std::vector<SimulatedLine>& lines);

  const std::unique_ptr<agent::PushTarget> target_;
  const Clock& clock_;
  Diagnostics& diagnostics_;
  std::atomic<bool> stop_{false};
  std::thread thread_;
};

}  // namespace logsvc::demo
