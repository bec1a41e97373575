// Logging in and out of the page.
#include <nlohmann/json.hpp>

#include "server/api/api.h"

namespace logsvc::server {

void Api::log_in(const Request& request, Response& response) {
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
    refused_login(request, "");
    return send_text(response, 401, "wrong password\n");
  }
  if (!entered.cookie.empty()) response.set_header("Set-Cookie", entered.cookie);
  send_json(response, "{\"loggedIn\":true}\n");
}

void Api::log_out(const Request& request, Response& response) {
  response.set_header("Set-Cookie", auth_.log_out(request));
  send_json(response, "{\"loggedIn\":false}\n");
}

void Api::session(const Request& request, Response& response) {
  const bool in = auth_.check(request) == Authenticator::Verdict::kAllowed;
  send_json(response, std::string("{\"auth\":\"") + (auth_.enabled() ? "password" : "off") +
                          "\",\"loggedIn\":" + (in ? "true" : "false") + "}\n");
}

}  // namespace logsvc::server
