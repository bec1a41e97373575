// Logs users of the page in and out, tells them who they are, and lets them look after their own
// password and sessions. Borrows everything; safe from several threads.
#pragma once

#include "server/api/routes.h"
#include "server/auth/authenticator.h"
#include "server/auth/login_audit.h"
#include "server/auth/login_guard.h"

namespace logsvc::server {

class SessionApi {
 public:
  SessionApi(Authenticator& auth, LoginGuard& guard, LoginAudit& logins, AuditLog& audit)
      : auth_(auth), guard_(guard), logins_(logins), audit_(audit) {}
  void add_to(Routes& routes);

 private:
  void log_in(const http::Request& request, http::Response& response);
  void log_out(const http::Request& request, http::Response& response);
  void session(const http::Request& request, http::Response& response);
  void change_password(const http::Request& request, http::Response& response,
                       const Principal& principal);
  void list_sessions(const http::Request& request, http::Response& response,
                     const Principal& principal);
  void end_sessions(const http::Request& request, http::Response& response,
                    const Principal& principal);
  Status set_own_password(const http::Request& request, http::Response& response,
                          const Principal& principal);

  Authenticator& auth_;
  LoginGuard& guard_;
  LoginAudit& logins_;
  AuditLog& audit_;
};

}  // namespace logsvc::server
