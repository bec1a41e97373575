// Pushes the simulated services' lines over HTTP, in the form that an agent uses: first the past
// hour, then line by line as time goes by. Starts one thread, which the destructor joins.
#pragma once

#include <atomic>
#include <thread>

#include "demo/ticketing.h"
#include "net/http_client.h"
#include "os/clock.h"
#include "telemetry/diagnostics.h"

namespace logsvc::demo {

class DemoFeeder {
 public:
  // server: where Loki's API is. history: how far back to begin. Borrows clock and diagnostics.
  DemoFeeder(const net::Url& server, const Clock& clock, Diagnostics& diagnostics,
             Duration history);
  ~DemoFeeder();

 private:
  void run(Duration history);
  // Returns false if it has to be tried again.
  bool push(const std::vector<SimulatedLine>& lines);

  const net::Url push_url_;
  net::HttpClient http_{net::RouteConfig()};
  const Clock& clock_;
  Diagnostics& diagnostics_;
  std::atomic<bool> stop_{false};
  std::thread thread_;
};

}  // namespace logsvc::demo
