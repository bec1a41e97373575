#include "server/api/session_api.h"

#include <nlohmann/json.hpp>

#include "server/transport/reply.h"

namespace logsvc::server {

void SessionApi::add_to(Routes& routes) {
  using A = Access;
  routes.add({"POST", "/api/login", "api_login", A::kOpen, handler(this, &SessionApi::log_in),
              Route::Body::kLogin});
  routes.add({"POST", "/api/logout", "api_logout", A::kOpen, handler(this, &SessionApi::log_out),
              Route::Body::kLogin});
  routes.add({"GET", "/api/session", "api_session", A::kOpen, handler(this, &SessionApi::session)});
}

void SessionApi::log_in(const http::Request& request, http::Response& response) {
  const auto body = nlohmann::json::parse(request.body, nullptr, false);
  if (!body.is_object() || !body.contains("password") || !body["password"].is_string()) {
    return send_text(response, 400, "expected {\"password\": \"…\"}\n");
  }
  using Verdict = Authenticator::Verdict;
  const auto entered = auth_.log_in(request, body["password"].get<std::string>());
  if (entered.verdict == Verdict::kLimited) {
    return send_error(response, {ErrorCode::kLimit, "too many wrong passwords; wait a minute"});
  }
  if (entered.verdict != Verdict::kAllowed) {
    guard_.count_wrong_password(request, "");
    return send_text(response, 401, "wrong password\n");
  }
  if (!entered.cookie.empty()) response.set_header("Set-Cookie", entered.cookie);
  send_json(response, "{\"loggedIn\":true}\n");
}

void SessionApi::log_out(const http::Request& request, http::Response& response) {
  response.set_header("Set-Cookie", auth_.log_out(request));
  send_json(response, "{\"loggedIn\":false}\n");
}

void SessionApi::session(const http::Request& request, http::Response& response) {
  const bool in = auth_.check(request) == Authenticator::Verdict::kAllowed;
  send_json(response, std::string("{\"auth\":\"") + (auth_.enabled() ? "password" : "off") +
                          "\",\"loggedIn\":" + (in ? "true" : "false") + "}\n");
}

}  // namespace logsvc::server
