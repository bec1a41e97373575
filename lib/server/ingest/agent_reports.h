// What agents say of themselves in a header of their requests: taken with a push that was accepted,
// heard as a heartbeat from an agent without lines. Borrows everything; safe from several threads.
#pragma once

#include "http/message.h"
#include "insight/insight.h"
#include "os/clock.h"
#include "telemetry/diagnostics.h"

namespace logsvc::server {

class AgentReports {
 public:
  AgentReports(insight::Insight& insight, const Clock& clock, Diagnostics& diagnostics)
      : insight_(insight), clock_(clock), diagnostics_(diagnostics) {}

  // Of a push that was accepted, or a part of it: the lines that the report says the push carries
  // have been taken, but for those that the answer names. Reads the answer; adds our clock to it.
  void take(const http::Request& push, http::Response& answer);
  // Of an agent without lines to send: it tells nothing that a push from its address has not begun.
  void hear(const http::Request& heartbeat, http::Response& answer);

 private:
  insight::Insight& insight_;
  const Clock& clock_;
  Diagnostics& diagnostics_;
};

}  // namespace logsvc::server
