// Finds out who a request is from and answers those who may not go on; counts wrong passwords and
// logs them. Borrows everything; safe from several threads.
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

  // Returns false if the refusal (401, 429) is in the response.
  bool allowed(const http::Request& request, http::Response& response);

  // user is empty where the page asked.
  void count_wrong_password(const http::Request& request, const std::string& user);

 private:
  Authenticator& auth_;
  Diagnostics& diagnostics_;
  Counter& failures_;
};

}  // namespace logsvc::server
