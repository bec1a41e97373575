#include "server/auth/login_guard.h"

#include "server/transport/reply.h"

namespace logsvc::server {

LoginGuard::LoginGuard(Authenticator& auth, Metrics& metrics, Diagnostics& diagnostics)
    : auth_(auth),
      diagnostics_(diagnostics),
      failures_(metrics.counter("logsvc_login_failures_total",
                                "Passwords that were not the right one")) {}

bool LoginGuard::allowed(const http::Request& request, http::Response& response) {
  using Verdict = Authenticator::Verdict;
  const Verdict verdict = auth_.check(request);
  if (verdict == Verdict::kAllowed) return true;
  if (verdict == Verdict::kLimited) {
    send_error(response, {ErrorCode::kLimit, "too many wrong passwords; wait a minute\n"});
    return false;
  }
  if (verdict == Verdict::kWrong) count_wrong_password(request, basic_user(request));
  // The page asks for the password itself: a browser's own dialog would be in its way.
  if (request.header("X-Requested-With").empty()) {
    response.set_header("WWW-Authenticate", "Basic realm=\"logsvc\"");
  }
  send_text(response, 401, "the admin password is needed\n");
  return false;
}

void LoginGuard::count_wrong_password(const http::Request& request, const std::string& user) {
  failures_.add();
  diagnostics_.warn("server", "login failed: wrong password",
                    {{"address", client_address(request)}, {"user", user}});
}

}  // namespace logsvc::server
