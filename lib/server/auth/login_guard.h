// Asks who a request is from and answers those who may not go on; counts wrong passwords and says
// them in the log. Borrows everything; safe from several threads.
#pragma once

#include <string>

#include "http/message.h"
#include "server/auth/authenticator.h"
#include "telemetry/diagnostics.h"
#include "telemetry/metrics.h"

namespace logsvc::server {

class LoginGuard {
 public:
  LoginGuard(Authenticator& auth, Metrics& metrics, Diagnostics& diagnostics);

  // False: the refusal (401, 429) is in the response.
  bool allowed(const http::Request& request, http::Response& response);

  // user: empty where the page asked.
  void count_wrong_password(const http::Request& request, const std::string& user);

 private:
  Authenticator& auth_;
  Diagnostics& diagnostics_;
  Counter& failures_;
};

}  // namespace logsvc::server
