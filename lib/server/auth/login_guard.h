// Decides whether a request may use a route, and answers those that may not; counts wrong passwords
// and tokens, logs them, and notes in the audit log who came in and who did not. Borrows
// everything; safe from several threads.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/cidr.h"
#include "http/message.h"
#include "server/auth/authenticator.h"
#include "server/auth/login_audit.h"
#include "telemetry/diagnostics.h"
#include "telemetry/metrics.h"

namespace logsvc::server {

// Who may push.
struct IngestAccess {
  bool token_needed = false;  // else anybody
  std::vector<Cidr> allowed;  // from these networks only; empty: from anywhere
};

class LoginGuard {
 public:
  LoginGuard(Authenticator& auth, IngestAccess ingest, LoginAudit& logins, Metrics& metrics,
             Diagnostics& diagnostics);

  // Returns who may use a route of that access; nothing if the refusal (401, 403, 429) is in the
  // response.
  std::optional<Principal> admitted(const http::Request& request, Access access,
                                    http::Response& response);
  // Whether the request may push, without an answer if not.
  bool may_push(const http::Request& request);
  bool token_needed_to_push() const { return ingest_.token_needed; }

  // user is empty where the request names none.
  void count_wrong(const std::string& address, const std::string& user);

 private:
  std::optional<Principal> admitted_to_push(const http::Request& request, http::Response& response);
  std::optional<Principal> admitted_by_role(const http::Request& request, Access access,
                                            http::Response& response);
  void refuse_stranger(const http::Request& request, http::Response& response);

  Authenticator& auth_;
  const IngestAccess ingest_;
  LoginAudit& logins_;
  Diagnostics& diagnostics_;
  Counter& failures_;
  Counter& refused_pushes_;
};

}  // namespace logsvc::server
