#include "server/auth/authenticator.h"

#include <algorithm>

#include "base/base64.h"
#include "http/socket.h"

namespace logsvc::server {
namespace {

constexpr std::string_view kCookie = "logsvc_session=";

std::string session_token(const http::Request& request) {
  const std::string cookies = request.header("Cookie");
  size_t at = 0;
  while (at < cookies.size()) {
    while (at < cookies.size() && cookies[at] == ' ') ++at;
    const size_t end = std::min(cookies.find(';', at), cookies.size());
    const std::string_view pair = std::string_view(cookies).substr(at, end - at);
    if (pair.starts_with(kCookie)) return std::string(pair.substr(kCookie.size()));
    at = end + 1;
  }
  return "";
}

struct BasicCredentials {
  std::string user;
  std::string password;
};

// Reads "Basic base64(user:password)"; empty if there is none.
BasicCredentials basic_of(const http::Request& request) {
  const std::string& header = request.header("Authorization");
  if (header.rfind("Basic ", 0) != 0) return {};
  std::string_view encoded = std::string_view(header).substr(6);
  while (encoded.ends_with(' ')) encoded.remove_suffix(1);
  const auto bytes = decode_base64(encoded);
  if (!bytes.ok()) return {};
  const std::string& decoded = *bytes;
  const size_t colon = decoded.find(':');
  if (colon == std::string::npos) return {};
  return {decoded.substr(0, colon), decoded.substr(colon + 1)};
}

}  // namespace

std::string client_address(const http::Request& request) {
  if (!http::is_loopback(request.peer)) return request.peer;
  const std::string& forwarded = request.header("X-Forwarded-For");
  std::string last = forwarded.substr(forwarded.rfind(',') + 1);
  std::erase_if(last, [](char c) { return c == ' ' || c == '\t'; });
  constexpr size_t kLongestAddress = 45;
  return last.empty() || last.size() > kLongestAddress ? request.peer : last;
}

std::string basic_user(const http::Request& request) { return basic_of(request).user; }

Authenticator::Authenticator(std::unique_ptr<PasswordStore> passwords,
                             std::unique_ptr<SessionStore> sessions, const Clock& clock)
    : passwords_(std::move(passwords)), sessions_(std::move(sessions)), throttle_(clock) {}

Authenticator::Verdict Authenticator::check(const http::Request& request) {
  if (!enabled() || sessions_->is_valid(session_token(request))) return Verdict::kAllowed;
  const BasicCredentials basic = basic_of(request);
  if (basic.password.empty()) return Verdict::kUnknown;
  return try_password(client_address(request), basic.user, basic.password);
}

Authenticator::Verdict Authenticator::try_password(const std::string& address,
                                                   const std::string& user,
                                                   const std::string& password) {
  if (passwords_->is_known(password)) return Verdict::kAllowed;
  if (!throttle_.begin(address, user)) return Verdict::kLimited;
  const auto right = passwords_->verify(password);
  if (!right.ok()) {
    throttle_.take_back(address, user);
    return Verdict::kLimited;
  }
  if (!*right) return Verdict::kWrong;
  throttle_.succeed(address, user);
  return Verdict::kAllowed;
}

Authenticator::LoggedIn Authenticator::log_in(const http::Request& request,
                                              const std::string& password) {
  if (!enabled()) return {};
  const Verdict verdict = try_password(client_address(request), "", password);
  if (verdict != Verdict::kAllowed) return {verdict, ""};
  return {Verdict::kAllowed, std::string(kCookie) + sessions_->open() +
                                 "; Path=/; HttpOnly; SameSite=Strict; Max-Age=" +
                                 std::to_string(SessionStore::kLength / kSecond)};
}

std::string Authenticator::log_out(const http::Request& request) {
  const std::string token = session_token(request);
  if (enabled() && !token.empty()) sessions_->end(token);
  return std::string(kCookie) + "; Path=/; HttpOnly; SameSite=Strict; Max-Age=0";
}

}  // namespace logsvc::server
