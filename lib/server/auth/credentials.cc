#include "server/auth/credentials.h"

#include <algorithm>
#include <string_view>

#include "base/any_case.h"
#include "base/base64.h"

namespace logsvc::server {
namespace {

// A browser takes a cookie of the second name only from https, for this host and all its paths.
constexpr std::string_view kPlainCookie = "logsvc_session=";
constexpr std::string_view kSecureCookie = "__Host-logsvc_session=";

std::string_view cookie_name(bool secure) { return secure ? kSecureCookie : kPlainCookie; }

}  // namespace

Credentials credentials_of(const http::Request& request) {
  const std::string& header = request.header("Authorization");
  const size_t space = header.find(' ');
  if (space == std::string::npos) return {};
  const std::string scheme = ascii_lowered(header.substr(0, space));
  std::string_view rest = std::string_view(header).substr(space + 1);
  while (rest.starts_with(' ')) rest.remove_prefix(1);
  while (rest.ends_with(' ')) rest.remove_suffix(1);
  if (scheme == "bearer") return {"", std::string(rest), true};
  if (scheme != "basic") return {};
  const auto bytes = decode_base64(rest);
  if (!bytes.ok()) return {};
  const size_t colon = bytes->find(':');
  if (colon == std::string::npos) return {};
  return {bytes->substr(0, colon), bytes->substr(colon + 1), false};
}

std::string cookie_of(const http::Request& request, std::string_view name) {
  for (const auto& [header, cookies] : request.headers) {
    if (ascii_lowered(header) != "cookie") continue;
    for (size_t at = 0; at < cookies.size();) {
      while (at < cookies.size() && cookies[at] == ' ') ++at;
      const size_t end = std::min(cookies.find(';', at), cookies.size());
      const std::string_view pair = std::string_view(cookies).substr(at, end - at);
      if (pair.starts_with(name)) return std::string(pair.substr(name.size()));
      at = end + 1;
    }
  }
  return "";
}

std::string session_token_of(const http::Request& request, bool secure) {
  return cookie_of(request, cookie_name(secure));
}

std::string session_cookie(const std::string& token, Duration lasts, bool secure) {
  return std::string(cookie_name(secure)) + token + "; Path=/; HttpOnly; SameSite=Strict" +
         (secure ? "; Secure" : "") +
         "; Max-Age=" + std::to_string(token.empty() ? 0 : lasts / kSecond);
}

}  // namespace logsvc::server
