#include "server/api/oidc_api.h"

#include "base/host_port.h"
#include "server/auth/credentials.h"
#include "server/transport/params.h"
#include "server/transport/reply.h"

namespace logsvc::server {
namespace {

constexpr const char* kHelp = "Logins by the OpenID provider, by what became of them";

// The cookie that binds a login to the browser that began it. It comes back with a redirection of
// another site, hence Lax.
std::string_view binding_name(bool secure) {
  return secure ? "__Host-logsvc_oidc=" : "logsvc_oidc=";
}

std::string binding_cookie(const std::string& binding, bool secure) {
  const Duration lasts = binding.empty() ? 0 : oidc::PendingLogins::kLast;
  return std::string(binding_name(secure)) + binding + "; Path=/; HttpOnly; SameSite=Lax" +
         (secure ? "; Secure" : "") + "; Max-Age=" + std::to_string(lasts / kSecond);
}

std::string escaped(const std::string& text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '<':
        out += "&lt;";
        break;
      case '&':
        out += "&amp;";
        break;
      case '"':
        out += "&quot;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

Error no_provider() {
  return {ErrorCode::kNotFound, "nobody logs in by an OpenID provider here: see --auth oidc\n"};
}

void keep_private(http::Response& response) {
  response.set_header("Cache-Control", "no-store");
  response.set_header("Referrer-Policy", "no-referrer");
}

void redirect(http::Response& response, const std::string& location) {
  response.status = 303;
  response.set_header("Location", location);
  keep_private(response);
}

// What the reader of the page can do about it.
const char* advice_for(ErrorCode code) {
  switch (code) {
    case ErrorCode::kInvalid:
      return "Begin again from the page.";
    case ErrorCode::kUnavailable:
    case ErrorCode::kTimeout:
    case ErrorCode::kLimit:
      return "Try again in a minute. If it stays like this, tell whoever runs logsvc, and log in "
             "with a password if you have one.";
    default:
      return "Begin again from the page, or ask whoever runs logsvc to let you in.";
  }
}

void send_page(http::Response& response, const Error& why) {
  send_error(response, why);
  keep_private(response);
  response.set_header("Content-Security-Policy",
                      "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'");
  response.set_body(
      "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\">"
      "<meta name=\"viewport\" content=\"width=device-width\"><title>logsvc: not logged in</title>"
      "<body style=\"font:16px sans-serif;max-width:40em;margin:4em auto;padding:0 1em\">"
      "<main><h1>You are not logged in</h1><p id=\"why\">" +
          escaped(why.message) + ".</p><p>" + advice_for(why.code) +
          "</p><p><a href=\"/\">Back to logsvc</a></p></main></body></html>\n",
      "text/html; charset=utf-8");
}

}  // namespace

OidcApi::OidcApi(oidc::OidcLogin* login, std::string redirect_url, Authenticator& auth,
                 Metrics& metrics, Diagnostics& diagnostics)
    : login_(login),
      redirect_url_(std::move(redirect_url)),
      auth_(auth),
      diagnostics_(diagnostics),
      logged_in_(metrics.counter("logsvc_oidc_logins_total", kHelp, {{"result", "logged_in"}})),
      refused_(metrics.counter("logsvc_oidc_logins_total", kHelp, {{"result", "refused"}})) {}

void OidcApi::add_to(Routes& routes) {
  routes.add(
      {"GET", "/api/oidc/login", "api_oidc_login", Access::kOpen, handler(this, &OidcApi::begin)});
  routes.add({"GET", "/api/oidc/callback", "api_oidc_callback", Access::kOpen,
              handler(this, &OidcApi::finish)});
}

Result<std::string> OidcApi::redirect_url_for(const http::Request& request) const {
  if (!redirect_url_.empty()) return redirect_url_;
  const std::string& forwarded = request.header("X-Forwarded-Host");
  const bool by_proxy = auth_.origin().from_proxy(request) && !forwarded.empty();
  const std::string& host = by_proxy ? forwarded : request.header("Host");
  const auto parts = parse_host_port(host);
  if (!parts || parts->host.empty()) return invalid("the browser's request names no host");
  return std::string(auth_.origin().secure(request) ? "https://" : "http://") + host +
         "/api/oidc/callback";
}

void OidcApi::begin(const http::Request& request, http::Response& response) {
  if (!login_) return send_error(response, no_provider());
  const bool secure = auth_.origin().secure(request);
  const auto back = redirect_url_for(request);
  if (!back.ok()) return refuse(request, response, back.error());
  const auto begun = login_->begin(*back, Params(request).url_text("return"),
                                   cookie_of(request, binding_name(secure)),
                                   network_of(auth_.origin().address(request)));
  if (!begun.ok()) return refuse(request, response, begun.error());
  response.set_header("Set-Cookie", binding_cookie(begun->binding, secure));
  redirect(response, begun->location);
}

Result<SessionSubject> OidcApi::subject_of(const oidc::Identity& identity) const {
  const bool listed = auth_.book() && auth_.book()->user(identity.name);
  if (!listed && !identity.role) {
    return Error{ErrorCode::kPermission,
                 "the provider knows you as " + identity.name + ", who has no role here"};
  }
  return SessionSubject{identity.name, identity.role.value_or(Role::kNobody), ""};
}

void OidcApi::finish(const http::Request& request, http::Response& response) {
  if (!login_) return send_error(response, no_provider());
  const bool secure = auth_.origin().secure(request);
  const Params params(request);
  oidc::OidcLogin::Way way{params.url_text("state"), params.url_text("code"),
                           params.url_text("iss"), params.url_text("error"),
                           cookie_of(request, binding_name(secure))};
  const auto finished = login_->finish(way);
  if (!finished.ok()) return refuse(request, response, finished.error());
  auto subject = subject_of(finished->identity);
  if (!subject.ok()) return refuse(request, response, subject.error());
  logged_in_.add();
  diagnostics_.info("server", "logged in by the OpenID provider",
                    {{"user", subject->user}, {"address", auth_.origin().address(request)}});
  response.headers.add("Set-Cookie", auth_.open_session(request, std::move(*subject)));
  response.headers.add("Set-Cookie", binding_cookie("", secure));
  redirect(response, finished->return_path);
}

void OidcApi::refuse(const http::Request& request, http::Response& response, const Error& why) {
  refused_.add();
  // Anybody can come here without a login that was begun: that is counted, and not worth a line.
  if (why.code != ErrorCode::kInvalid && why.code != ErrorCode::kLimit) {
    diagnostics_.warn("server", "login by the OpenID provider failed",
                      {{"why", why.message}, {"address", auth_.origin().address(request)}});
  }
  send_page(response, why);
}

}  // namespace logsvc::server
