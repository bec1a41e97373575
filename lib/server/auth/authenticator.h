// Who may read: nobody asks (off), or the admin password by session cookie (the page) or basic
// authentication (API clients). Safe from several threads.
#pragma once

#include <httplib.h>

#include <map>
#include <memory>
#include <string>

#include "base/mutex.h"
#include "server/auth/password_store.h"

namespace logsvc::server {

class Authenticator {
 public:
  // passwords null: authentication is off.
  Authenticator(std::unique_ptr<PasswordStore> passwords, const Clock& clock);

  bool enabled() const { return passwords_ != nullptr; }

  enum class Verdict { kAllowed, kRefused, kLimited };
  Verdict check(const httplib::Request& request);
  // True if the request carries a session cookie: then browsers' rules of origin apply.
  static bool has_session_cookie(const httplib::Request& request);
  // Origin is missing or names the same host as Host.
  static bool same_origin(const httplib::Request& request);

  // The Set-Cookie value of a new session, or empty for a wrong password.
  Result<std::string> log_in(const std::string& password);
  // Ends the request's session; the Set-Cookie value that forgets it.
  std::string log_out(const httplib::Request& request);

 private:
  bool valid_session(const std::string& token);

  const std::unique_ptr<PasswordStore> passwords_;
  const Clock& clock_;
  Mutex mutex_;
  std::map<std::string, int64_t> sessions_ GUARDED_BY(mutex_);  // token → steady end
};

}  // namespace logsvc::server
