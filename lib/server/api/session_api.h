// Logs users of the page in and out. Borrows everything; safe from several threads.
#pragma once

#include "server/api/routes.h"
#include "server/auth/authenticator.h"
#include "server/auth/login_guard.h"

namespace logsvc::server {

class SessionApi {
 public:
  SessionApi(Authenticator& auth, LoginGuard& guard) : auth_(auth), guard_(guard) {}
  void add_to(Routes& routes);

 private:
  void log_in(const http::Request& request, http::Response& response);
  void log_out(const http::Request& request, http::Response& response);
  void session(const http::Request& request, http::Response& response);

  Authenticator& auth_;
  LoginGuard& guard_;
};

}  // namespace logsvc::server
