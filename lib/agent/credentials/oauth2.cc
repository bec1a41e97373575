#include "agent/credentials/oauth2.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <nlohmann/json.hpp>

#include "agent/credentials/authorization.h"
#include "base/any_case.h"
#include "base/percent_encoding.h"
#include "base/shown_url.h"
#include "net/headers.h"
#include "net/url.h"

namespace logsvc::agent {
namespace {

constexpr size_t kMaxAnswerBytes = 1u << 20;
constexpr size_t kShownBytes = 200;
constexpr Duration kBeforeExpiry = 10 * kSecond;
constexpr int64_t kMaxSeconds = 10 * 365 * 86'400LL;

// Turns off redirections: a form with a secret must not be sent to another place.
net::RouteConfig without_redirections(net::RouteConfig route) {
  route.follow_redirects = false;
  return route;
}

void add_field(std::string& form, const std::string& name, const std::string& value) {
  if (!form.empty()) form += '&';
  form += percent_encode(name) + '=' + percent_encode(value);
}

// Normalises the case of "bearer", which servers write in various ways.
std::string type_of(const nlohmann::json& answer) {
  const std::string given = answer.value("token_type", "");
  const std::string lower = ascii_lowered(given);
  return given.empty() || lower == "bearer" ? "Bearer" : lower == "basic" ? "Basic" : given;
}

// Returns the lifetime in seconds, also from a text; 0: no limit.
int64_t lifetime_of(const nlohmann::json& answer) {
  const auto found = answer.find("expires_in");
  if (found == answer.end()) return 0;
  double seconds = 0;
  if (found->is_number()) seconds = found->get<double>();
  if (found->is_string()) seconds = std::atof(found->get<std::string>().c_str());
  if (std::isnan(seconds)) return 0;
  return std::clamp<int64_t>(static_cast<int64_t>(std::clamp(seconds, 0.0, 1e12)), 0, kMaxSeconds);
}

}  // namespace

TokenSource::TokenSource(OAuth2Config config, const Clock& clock)
    : config_(std::move(config)), clock_(clock), client_(without_redirections(config_.route)) {}

Status TokenSource::check() {
  ASSIGN_OR_RETURN(const net::Url url, net::parse_url(config_.token_url));
  return client_.check(url);
}

Result<net::HttpAnswer> TokenSource::ask(SecretIn where, const std::string& secret,
                                         const net::WaitLimit& limit) {
  net::HttpRequest request;
  request.method = "POST";
  ASSIGN_OR_RETURN(request.url, net::parse_url(config_.token_url));
  std::string form;
  add_field(form, "grant_type", "client_credentials");
  std::string scopes;
  for (const std::string& scope : config_.scopes) scopes += (scopes.empty() ? "" : " ") + scope;
  if (!scopes.empty()) add_field(form, "scope", scopes);
  for (const auto& [name, value] : config_.endpoint_params) add_field(form, name, value);
  if (where == SecretIn::kBody) {
    add_field(form, "client_id", config_.client_id);
    add_field(form, "client_secret", secret);
  } else {
    request.private_headers.push_back(
        {"Authorization",
         net::basic_authorization(percent_encode(config_.client_id), percent_encode(secret))});
  }
  request.headers = {{"Connection", "close"},
                     {"Accept", "application/json"},
                     {"Content-Type", "application/x-www-form-urlencoded"}};
  request.body = form;
  net::HttpLimits limits;
  limits.connect_timeout_ms = limits.answer_timeout_ms = limit.timeout_ms;
  limits.max_body_bytes = kMaxAnswerBytes;
  limits.stop = limit.stop;
  return client_.send(request, limits);
}

Status TokenSource::take(const net::HttpAnswer& answer) {
  const auto json = nlohmann::json::parse(answer.body, nullptr, false);
  const bool has_token = json.is_object() && json.contains("access_token") &&
                         json["access_token"].is_string() &&
                         (!json.contains("token_type") || json["token_type"].is_string());
  if (answer.status / 100 != 2 || !has_token) {
    return Error{ErrorCode::kUnavailable,
                 "no token from " + without_url_secrets(config_.token_url) + ": it answered " +
                     std::to_string(answer.status) + " " + answer.body.substr(0, kShownBytes)};
  }
  authorization_ = type_of(json) + " " + json["access_token"].get<std::string>();
  const int64_t lifetime = lifetime_of(json);
  expires_ns_ = lifetime == 0 ? std::numeric_limits<int64_t>::max()
                              : clock_.steady_ns() + lifetime * kSecond - kBeforeExpiry;
  return {};
}

// Tries where the server wants the secret, the header first, as Go's programs do.
Result<std::string> TokenSource::authorization(const net::WaitLimit& limit) {
  if (!authorization_.empty() && clock_.steady_ns() < expires_ns_) return authorization_;
  authorization_.clear();
  ASSIGN_OR_RETURN(const std::string secret, secret_text(config_.client_secret));
  ASSIGN_OR_RETURN(const net::HttpAnswer answer, ask(secret_in_, secret, limit));
  Status taken = take(answer);
  if (!taken.ok()) {
    const SecretIn other = secret_in_ == SecretIn::kHeader ? SecretIn::kBody : SecretIn::kHeader;
    ASSIGN_OR_RETURN(const net::HttpAnswer second, ask(other, secret, limit));
    if (!take(second).ok()) return taken.error();
    secret_in_ = other;
  }
  return authorization_;
}

}  // namespace logsvc::agent
