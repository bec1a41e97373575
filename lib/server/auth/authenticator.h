// Finds out who a request is from: a session's cookie (the page), basic authentication or a token
// (clients, agents). Safe from several threads.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "http/message.h"
#include "server/auth/access_book.h"
#include "server/auth/client_origin.h"
#include "server/auth/credentials.h"
#include "server/auth/login_throttle.h"
#include "server/auth/password_hash.h"
#include "server/auth/principal.h"
#include "server/auth/proxy_users.h"
#include "server/auth/session_store.h"

namespace logsvc::server {

// How users may say who they are, besides by tokens and sessions.
struct LoginWays {
  bool password = true;
  std::optional<ProxyUsers> proxy;
  bool oidc = false;
  std::string oidc_name;  // of the provider, as the page's button shows it
};

class Authenticator {
 public:
  // Without a book nobody is known by name. If nobody is asked (`off`), everybody is an admin.
  Authenticator(bool off, std::unique_ptr<AccessBook> book, std::unique_ptr<SessionStore> sessions,
                ClientOrigin origin, const Clock& clock, LoginWays ways = {});

  bool off() const { return off_; }

  enum class Verdict {
    kAllowed,
    kUnknown,  // nothing came with the request that says who it is
    kWrong,    // the password or token is wrong, or has expired
    kLimited,  // too many attempts from this address, or at once: not checked
  };
  struct Checked {
    Verdict verdict = Verdict::kUnknown;
    Principal principal;  // nobody unless allowed; its address is always set
  };
  // Whom a trusted proxy names counts before everything else that came with the request. Sessions,
  // tokens, and passwords that were right before are not affected by what others try.
  Checked check(const http::Request& request);
  // The same by a token alone; no password is computed.
  Checked check_token(const http::Request& request);

  // Whether the request may log in as the user by the password.
  Checked check_password(const http::Request& request, const std::string& user,
                         const std::string& password);
  // Opens a session in place of the one that the request has; returns the Set-Cookie value.
  std::string open_session(const http::Request& request, SessionSubject subject);
  // The subject of a user who has a password.
  std::optional<SessionSubject> subject_of(const std::string& user) const;
  struct LoggedOut {
    std::string cookie;   // the Set-Cookie value that deletes the cookie
    Principal principal;  // whose session it was; nobody if there was none
  };
  // Ends the request's session.
  LoggedOut log_out(const http::Request& request);
  // The id of the request's session; empty if it has none.
  std::string session_id(const http::Request& request);

  // Takes changes of the file of users, and ends what is over; called about twice a second.
  void refresh();

  AccessBook* book() { return book_.get(); }            // null: nobody is known by name
  SessionStore* sessions() { return sessions_.get(); }  // null with the book
  const ClientOrigin& origin() const { return origin_; }
  const LoginWays& ways() const { return ways_; }

 private:
  std::optional<Principal> by_proxy(const http::Request& request) const;
  std::optional<Principal> by_session(const http::Request& request);
  Verdict try_password(const std::string& address, const std::string& user,
                       const std::string& password);

  const bool off_;
  const std::unique_ptr<AccessBook> book_;
  const std::unique_ptr<SessionStore> sessions_;
  const ClientOrigin origin_;
  const Clock& clock_;
  const LoginWays ways_;
  PasswordChecker passwords_;
  LoginThrottle throttle_;
};

}  // namespace logsvc::server
