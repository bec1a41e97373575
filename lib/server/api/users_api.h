// Users and tokens, for admins. Passwords and tokens that are made here are shown once, in the
// answer. Borrows everything; safe from several threads.
#pragma once

#include "os/clock.h"
#include "server/api/routes.h"
#include "server/audit/audit_log.h"
#include "server/auth/authenticator.h"

namespace logsvc::server {

class UsersApi {
 public:
  UsersApi(Authenticator& auth, AuditLog& audit, const Clock& clock)
      : auth_(auth), audit_(audit), clock_(clock) {}
  void add_to(Routes& routes);

 private:
  void list_users(const http::Request& request, http::Response& response);
  void add_user(const http::Request& request, http::Response& response, const Principal& by);
  void change_user(const http::Request& request, http::Response& response, const Principal& by);
  void remove_user(const http::Request& request, http::Response& response, const Principal& by);
  void log_out_user(const http::Request& request, http::Response& response, const Principal& by);
  void list_tokens(const http::Request& request, http::Response& response);
  void add_token(const http::Request& request, http::Response& response, const Principal& by);
  void remove_token(const http::Request& request, http::Response& response, const Principal& by);

  Result<std::string> add_user_of(const http::Request& request, const Principal& by);
  Result<std::string> change_user_of(const http::Request& request, const Principal& by);
  Result<std::string> add_token_of(const http::Request& request, const Principal& by);
  // Changes users and tokens, and notes what was changed and by whom.
  Status change(const Principal& by, const std::function<Status(AccessList&)>& change);
  // kNotFound while nobody is known by name.
  Result<AccessBook*> book();

  Authenticator& auth_;
  AuditLog& audit_;
  const Clock& clock_;
};

}  // namespace logsvc::server
