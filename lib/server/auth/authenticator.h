// Who may read: nobody asks (off), or the admin password by session cookie (the page) or basic
// authentication (API clients). Safe from several threads.
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
  // Both null: authentication is off.
  Authenticator(std::unique_ptr<PasswordStore> passwords, std::unique_ptr<SessionStore> sessions,
                const Clock& clock);

  bool enabled() const { return passwords_ != nullptr; }

  enum class Verdict {
    kAllowed,
    kUnknown,  // no session and no password came with the request
    kWrong,    // the password is not the right one
    kLimited,  // too many tries of this address, or of too many at once: not looked at
  };
  // By its session or its password. A session, and a password that was right before, is not hurt by
  // whatever others try.
  Verdict check(const http::Request& request);

  // The session that a password opens.
  struct LoggedIn {
    Verdict verdict = Verdict::kAllowed;
    std::string cookie;  // the Set-Cookie value; empty where nobody asks, or if not allowed
  };
  LoggedIn log_in(const http::Request& request, const std::string& password);
  // Ends the request's session; the Set-Cookie value that forgets it.
  std::string log_out(const http::Request& request);

 private:
  Verdict try_password(const std::string& address, const std::string& user,
                       const std::string& password);

  const std::unique_ptr<PasswordStore> passwords_;
  const std::unique_ptr<SessionStore> sessions_;
  LoginThrottle throttle_;
};

// The address that a request comes from: of a proxy on this machine, what it says.
std::string client_address(const http::Request& request);
// The user that a request names; empty if none.
std::string basic_user(const http::Request& request);

}  // namespace logsvc::server
