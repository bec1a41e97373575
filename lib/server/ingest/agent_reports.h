// Takes what agents say of themselves in a header of their requests: with a push that was accepted,
// or as a heartbeat from an agent without lines. Borrows everything; safe from several threads.
#pragma once

#include <string>

#include "http/message.h"
#include "insight/insight.h"
#include "os/clock.h"
#include "telemetry/diagnostics.h"

namespace logsvc::server {

class AgentReports {
 public:
  AgentReports(insight::Insight& insight, const Clock& clock, Diagnostics& diagnostics)
      : insight_(insight), clock_(clock), diagnostics_(diagnostics) {}

  // Counts a push that was accepted, or a part of it: the lines that the report says the push
  // carries were taken, except those that the answer names. address is the client's. Reads the
  // answer and adds our clock to it.
  void take(const http::Request& push, const std::string& address, http::Response& answer);
  // Takes the report of an agent without lines to send; ignored unless a push came from its address
  // before.
  void hear(const http::Request& heartbeat, const std::string& address, http::Response& answer);

 private:
  insight::Insight& insight_;
  const Clock& clock_;
  Diagnostics& diagnostics_;
};

}  // namespace logsvc::server
