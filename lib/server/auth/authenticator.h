// Decides who may read: anybody (off), or whoever has the admin password, by session cookie (the
// page) or basic authentication (API clients). Safe from several threads.
#pragma once

#include <memory>
#include <string>

#include "http/message.h"
#include "server/auth/login_throttle.h"
#include "server/auth/password_store.h"
#include "server/auth/session_store.h"

namespace logsvc::server {

class Authenticator {
 public:
  // If both are null, authentication is off.
  Authenticator(std::unique_ptr<PasswordStore> passwords, std::unique_ptr<SessionStore> sessions,
                const Clock& clock);

  bool enabled() const { return passwords_ != nullptr; }

  enum class Verdict {
    kAllowed,
    kUnknown,  // no session and no password came with the request
    kWrong,    // the password is wrong
    kLimited,  // too many attempts from this address, or at once: not checked
  };
  // Checks the session or the password. Sessions, and passwords that were right before, are not
  // affected by what others try.
  Verdict check(const http::Request& request);

  // The session that a password opens.
  struct LoggedIn {
    Verdict verdict = Verdict::kAllowed;
    std::string cookie;  // the Set-Cookie value; empty if authentication is off, or if not allowed
  };
  LoggedIn log_in(const http::Request& request, const std::string& password);
  // Ends the request's session; returns the Set-Cookie value that deletes the cookie.
  std::string log_out(const http::Request& request);

 private:
  Verdict try_password(const std::string& address, const std::string& user,
                       const std::string& password);

  const std::unique_ptr<PasswordStore> passwords_;
  const std::unique_ptr<SessionStore> sessions_;
  LoginThrottle throttle_;
};

// Returns the address that a request comes from; a proxy on this machine is believed about it.
std::string client_address(const http::Request& request);
// Returns the user that a request names; empty if it names none.
std::string basic_user(const http::Request& request);

}  // namespace logsvc::server
