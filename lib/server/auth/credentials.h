// Reads what a request says of who sent it, without judging it. The functions are pure.
#pragma once

#include <string>
#include <string_view>

#include "base/time.h"
#include "http/message.h"

namespace logsvc::server {

// What Authorization holds: "Basic base64(user:password)" or "Bearer token".
struct Credentials {
  std::string user;
  std::string secret;  // a password or a token; empty if there is none
  bool bearer = false;
};
Credentials credentials_of(const http::Request& request);

// The value of the first cookie of a name, which is given with "=" behind it; empty if there is
// none.
std::string cookie_of(const http::Request& request, std::string_view name);
// The token of the session in Cookie; empty if there is none. Over https only a cookie counts that
// was set over https.
std::string session_token_of(const http::Request& request, bool secure);
// A Set-Cookie value; an empty token deletes the cookie.
std::string session_cookie(const std::string& token, Duration lasts, bool secure);

}  // namespace logsvc::server
