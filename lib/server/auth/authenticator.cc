#include "server/auth/authenticator.h"

#include <sodium.h>

#include <algorithm>

namespace logsvc::server {
namespace {

constexpr Duration kSessionLength = 30 * kDay;
constexpr size_t kMaxSessions = 1000;
constexpr std::string_view kCookie = "logsvc_session=";

std::string session_token(const httplib::Request& request) {
  const std::string cookies = request.get_header_value("Cookie");
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

// The password of "Basic base64(user:password)"; empty if there is none.
std::string basic_password(const httplib::Request& request) {
  const std::string header = request.get_header_value("Authorization");
  if (header.rfind("Basic ", 0) != 0) return "";
  const std::string encoded = header.substr(6);
  std::string decoded(encoded.size(), '\0');
  size_t n = 0;
  if (sodium_base642bin(reinterpret_cast<unsigned char*>(decoded.data()), decoded.size(),
                        encoded.data(), encoded.size(), " \r\n", &n, nullptr,
                        sodium_base64_VARIANT_ORIGINAL) != 0) {
    return "";
  }
  decoded.resize(n);
  const size_t colon = decoded.find(':');
  return colon == std::string::npos ? "" : decoded.substr(colon + 1);
}

}  // namespace

Authenticator::Authenticator(std::unique_ptr<PasswordStore> passwords, const Clock& clock)
    : passwords_(std::move(passwords)), clock_(clock) {}

bool Authenticator::valid_session(const std::string& token) {
  if (token.empty()) return false;
  MutexLock lock(mutex_);
  const auto found = sessions_.find(token);
  return found != sessions_.end() && clock_.steady_ns() < found->second;
}

Authenticator::Verdict Authenticator::check(const httplib::Request& request) {
  if (!enabled() || valid_session(session_token(request))) return Verdict::kAllowed;
  const std::string password = basic_password(request);
  if (password.empty()) return Verdict::kRefused;
  const auto right = passwords_->verify(password);
  if (!right.ok()) return Verdict::kLimited;
  return *right ? Verdict::kAllowed : Verdict::kRefused;
}

bool Authenticator::has_session_cookie(const httplib::Request& request) {
  return !session_token(request).empty();
}

bool Authenticator::same_origin(const httplib::Request& request) {
  const std::string origin = request.get_header_value("Origin");
  if (origin.empty()) return true;
  const size_t scheme = origin.find("://");
  return scheme != std::string::npos &&
         origin.substr(scheme + 3) == request.get_header_value("Host");
}

Result<std::string> Authenticator::log_in(const std::string& password) {
  if (!enabled()) return std::string();
  ASSIGN_OR_RETURN(const bool right, passwords_->verify(password));
  if (!right) return std::string();
  unsigned char bytes[32];
  randombytes_buf(bytes, sizeof bytes);
  char token[sizeof bytes * 2 + 1];
  sodium_bin2hex(token, sizeof token, bytes, sizeof bytes);
  MutexLock lock(mutex_);
  const int64_t now = clock_.steady_ns();
  std::erase_if(sessions_, [&](const auto& s) { return s.second <= now; });
  if (sessions_.size() >= kMaxSessions) sessions_.erase(sessions_.begin());
  sessions_[token] = now + kSessionLength;
  return std::string(kCookie) + token +
         "; Path=/; HttpOnly; SameSite=Strict; Max-Age=" + std::to_string(kSessionLength / kSecond);
}

std::string Authenticator::log_out(const httplib::Request& request) {
  MutexLock lock(mutex_);
  sessions_.erase(session_token(request));
  return std::string(kCookie) + "; Path=/; HttpOnly; SameSite=Strict; Max-Age=0";
}

}  // namespace logsvc::server
