// The way to an OpenID provider and back: GET /api/oidc/login?return=/path sends the browser there,
// GET /api/oidc/callback takes it back, opens a session and sends it to the path. What goes wrong
// is a small page that says what to do, and a message for the operator; neither repeats a code or a
// token. Borrows everything; safe from several threads.
#pragma once

#include <string>

#include "server/api/routes.h"
#include "server/auth/authenticator.h"
#include "server/auth/oidc/oidc_login.h"
#include "telemetry/diagnostics.h"
#include "telemetry/metrics.h"

namespace logsvc::server {

class OidcApi {
 public:
  // login: null if nobody logs in by a provider; the answer is 404 then. redirect_url: empty for
  // the one of the host that the browser asks.
  OidcApi(oidc::OidcLogin* login, std::string redirect_url, Authenticator& auth, Metrics& metrics,
          Diagnostics& diagnostics);
  void add_to(Routes& routes);

 private:
  void begin(const http::Request& request, http::Response& response);
  void finish(const http::Request& request, http::Response& response);
  Result<std::string> redirect_url_for(const http::Request& request) const;
  // The session of somebody whom the provider named.
  Result<SessionSubject> subject_of(const oidc::Identity& identity) const;
  void refuse(const http::Request& request, http::Response& response, const Error& why);

  oidc::OidcLogin* const login_;
  const std::string redirect_url_;
  Authenticator& auth_;
  Diagnostics& diagnostics_;
  Counter& logged_in_;
  Counter& refused_;
};

}  // namespace logsvc::server
