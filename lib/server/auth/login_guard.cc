#include "server/auth/login_guard.h"

#include "server/transport/reply.h"

namespace logsvc::server {
namespace {

using Verdict = Authenticator::Verdict;

}  // namespace

LoginGuard::LoginGuard(Authenticator& auth, IngestAccess ingest, LoginAudit& logins,
                       Metrics& metrics, Diagnostics& diagnostics)
    : auth_(auth),
      ingest_(std::move(ingest)),
      logins_(logins),
      diagnostics_(diagnostics),
      failures_(metrics.counter("logsvc_login_failures_total",
                                "Passwords and tokens that were not right")),
      refused_pushes_(metrics.counter("logsvc_pushes_not_admitted_total",
                                      "Pushes without a token that may push, or from an address "
                                      "that may not")) {}

std::optional<Principal> LoginGuard::admitted(const http::Request& request, Access access,
                                              http::Response& response) {
  if (access == Access::kOpen) {
    Principal anybody;
    anybody.address = auth_.origin().address(request);
    return anybody;
  }
  if (access == Access::kPush) return admitted_to_push(request, response);
  return admitted_by_role(request, access, response);
}

bool LoginGuard::may_push(const http::Request& request) {
  http::Response unused;
  return admitted_to_push(request, unused).has_value();
}

std::optional<Principal> LoginGuard::admitted_to_push(const http::Request& request,
                                                      http::Response& response) {
  std::optional<Principal> out;
  if (!ingest_.allowed.empty() && !contains(ingest_.allowed, auth_.origin().address(request))) {
    send_text(response, 403,
              "lines are not taken from " + auth_.origin().address(request) +
                  ": it is not in --ingest-allow\n");
  } else if (ingest_.token_needed) {
    out = admitted_by_role(request, Access::kPush, response);
  } else {
    // Anybody may push, and nobody's password is checked for it; a token says whose lines they are.
    out = auth_.check_token(request).principal;
    if (!out->may(Access::kPush)) {
      Principal anybody;
      anybody.address = std::move(out->address);
      out = std::move(anybody);
    }
  }
  if (out) return out;
  refused_pushes_.add();
  diagnostics_.warn(
      "server", "push refused",
      {{"address", auth_.origin().address(request)}, {"status", std::to_string(response.status)}});
  return std::nullopt;
}

std::optional<Principal> LoginGuard::admitted_by_role(const http::Request& request, Access access,
                                                      http::Response& response) {
  Authenticator::Checked checked = auth_.check(request);
  if (checked.verdict == Verdict::kLimited) {
    logins_.throttled(checked.principal.address, credentials_of(request).user);
    send_error(response, {ErrorCode::kLimit, "too many wrong passwords; wait a minute\n"});
    return std::nullopt;
  }
  if (checked.verdict != Verdict::kAllowed) {
    if (checked.verdict == Verdict::kWrong && access != Access::kPush) {
      count_wrong(checked.principal.address, credentials_of(request).user);
    }
    refuse_stranger(request, response);
    return std::nullopt;
  }
  if (access != Access::kPush) logins_.let_in(checked.principal);
  if (checked.principal.may(access)) return std::move(checked.principal);
  send_text(response, 403,
            "the role " + std::string(role_name(checked.principal.role)) + " may not do this\n");
  return std::nullopt;
}

void LoginGuard::refuse_stranger(const http::Request& request, http::Response& response) {
  // The page asks for the password itself: a browser's own dialog would be in its way.
  if (request.header("X-Requested-With").empty()) {
    response.set_header("WWW-Authenticate", "Basic realm=\"logsvc\"");
  }
  send_text(response, 401, "a login is needed: a user with a password, or a token\n");
}

void LoginGuard::count_wrong(const std::string& address, const std::string& user) {
  failures_.add();
  logins_.failed(address, user, "wrong password or token");
  diagnostics_.warn("server", "login failed: wrong password or token",
                    {{"address", address}, {"user", user}});
}

}  // namespace logsvc::server
