#include "server/auth/oidc/provider.h"

#include <algorithm>
#include <utility>

#include "base/any_case.h"
#include "base/percent_encoding.h"
#include "server/auth/oidc/id_token.h"

namespace logsvc::server::oidc {
namespace {

constexpr size_t kMostAccessTokenBytes = 64 << 10;

Error refused(std::string why) { return {ErrorCode::kPermission, std::move(why)}; }
Error unavailable(std::string why) { return {ErrorCode::kUnavailable, std::move(why)}; }

using Form = std::vector<std::pair<std::string, std::string>>;

std::string encoded(const Form& form) {
  std::string out;
  for (const auto& [name, value] : form) {
    if (!out.empty()) out += '&';
    out += percent_encode(name) + '=' + percent_encode(value);
  }
  return out;
}

// Returns the word by which a provider says what is wrong, if it is one (RFC 6749, section 5.2).
std::string error_word(const std::string& body) {
  constexpr size_t kMostBytes = 64;
  const auto answer = parse_object(body, "");
  std::string word = answer.ok() ? text_of(*answer, "error") : "";
  const bool plain = std::all_of(word.begin(), word.end(),
                                 [](char c) { return (c >= 'a' && c <= 'z') || c == '_'; });
  return plain && word.size() <= kMostBytes ? word : "";
}

// The code, with what proves that it is ours.
net::HttpRequest token_request(const ProviderMetadata& metadata, const ClientIdentity& client,
                               const CodeExchange& exchange, std::string& body) {
  net::HttpRequest out;
  out.method = "POST";
  out.url = metadata.token_endpoint;
  Form form = {{"grant_type", "authorization_code"},
               {"code", exchange.code},
               {"redirect_uri", exchange.redirect_url},
               {"code_verifier", exchange.verifier}};
  if (!client.secret.empty() && metadata.takes_basic) {
    out.private_headers.push_back(
        {"Authorization",
         net::basic_authorization(percent_encode(client.id), percent_encode(client.secret))});
  } else {
    form.emplace_back("client_id", client.id);
    if (!client.secret.empty()) form.emplace_back("client_secret", client.secret);
  }
  body = encoded(form);
  out.body = body;
  out.headers = {{"Content-Type", "application/x-www-form-urlencoded"},
                 {"Accept", "application/json"}};
  return out;
}

}  // namespace

Provider::Provider(ClientIdentity client, Transport& transport, const Clock& clock)
    : client_(std::move(client)), transport_(transport), clock_(clock), keys_(clock) {}

Result<Json> Provider::ask(const net::HttpRequest& request, const std::string& what) {
  const auto answer = transport_.send(request);
  const std::string& host = request.url.host;
  if (!answer.ok()) {
    return unavailable("cannot ask " + host + " for " + what + ": " + answer.error().message);
  }
  if (answer->status >= 400 && answer->status < 500) {
    const std::string word = error_word(answer->body);
    return refused(host + " refuses " + what + ": " + std::to_string(answer->status) +
                   (word.empty() ? "" : " " + word));
  }
  if (answer->status != 200) {
    return unavailable(host + " answers with " + std::to_string(answer->status) + " for " + what);
  }
  auto parsed = parse_object(answer->body, what);
  if (!parsed.ok()) return unavailable(host + ": " + parsed.error().message);
  return parsed;
}

Result<Provider::MetadataPtr> Provider::metadata() {
  {
    MutexLock lock(mutex_);
    if (clock_.steady_ns() < next_fetch_) {
      if (!failure_.ok()) return failure_.error();
      return metadata_;
    }
  }
  ASSIGN_OR_RETURN(net::Url url, parse_provider_url(metadata_url(client_.issuer)));
  net::HttpRequest request;
  request.url = std::move(url);
  request.headers = {{"Accept", "application/json"}};
  const auto answer = transport_.send(request);
  Status failure;
  MetadataPtr fetched;
  const std::string host = request.url.host;
  if (!answer.ok()) {
    failure = unavailable("cannot reach the provider " + host + ": " + answer.error().message);
  } else if (answer->status != 200) {
    failure = unavailable("the provider " + host + " answers with " +
                          std::to_string(answer->status) + " for " + request.url.path);
  } else if (auto parsed = parse_metadata(answer->body, client_.issuer); !parsed.ok()) {
    failure = unavailable(parsed.error().message);
  } else {
    fetched = std::make_shared<const ProviderMetadata>(std::move(*parsed));
  }
  MutexLock lock(mutex_);
  failure_ = failure;
  if (fetched) metadata_ = fetched;
  next_fetch_ = clock_.steady_ns() + (fetched ? kMetadataLasts : kBetweenFailures);
  if (!fetched) return failure.error();
  return fetched;
}

Result<std::string> Provider::authorization_url(const AuthorizationRequest& request) {
  ASSIGN_OR_RETURN(const MetadataPtr known, metadata());
  const std::string& endpoint = known->authorization_endpoint;
  return endpoint + (endpoint.find('?') == std::string::npos ? '?' : '&') +
         encoded({{"response_type", "code"},
                  {"client_id", client_.id},
                  {"redirect_uri", request.redirect_url},
                  {"scope", client_.scopes},
                  {"state", request.state},
                  {"nonce", request.nonce},
                  {"code_challenge", request.challenge},
                  {"code_challenge_method", "S256"}});
}

Status Provider::check_response_issuer(const std::string& iss) {
  ASSIGN_OR_RETURN(const MetadataPtr known, metadata());
  if (iss.empty() && !known->says_issuer) return {};
  if (iss == client_.issuer) return {};
  return refused("the answer does not come from the issuer " + client_.issuer + " (iss)");
}

Result<Json> Provider::verified_claims(const ProviderMetadata& metadata,
                                       const std::string& id_token, const std::string& nonce) {
  auto jwt = parse_jwt(id_token);
  if (!jwt.ok()) return refused(jwt.error().message);
  const auto fetch = [&]() -> Result<std::string> {
    net::HttpRequest request;
    request.url = metadata.jwks_uri;
    request.headers = {{"Accept", "application/json"}};
    const auto answer = transport_.send(request);
    if (!answer.ok()) {
      return unavailable("cannot ask the provider for its keys: " + answer.error().message);
    }
    if (answer->status == 200) return answer->body;
    return unavailable("the provider answers with " + std::to_string(answer->status) +
                       " for its keys");
  };
  ASSIGN_OR_RETURN(const auto key, keys_.find(fetch, jwt->algorithm, jwt->kid));
  if (!key->verifies(jwt->algorithm, jwt->signed_text, jwt->signature)) {
    return refused("the signature of the ID token is wrong");
  }
  RETURN_IF_ERROR(check_claims(jwt->claims, {client_.issuer, client_.id, nonce}, clock_.now()));
  return std::move(jwt->claims);
}

Result<Grant> Provider::exchange(const CodeExchange& exchange) {
  ASSIGN_OR_RETURN(const MetadataPtr known, metadata());
  std::string body;
  const net::HttpRequest request = token_request(*known, client_, exchange, body);
  ASSIGN_OR_RETURN(const Json answer, ask(request, "tokens"));
  const std::string id_token = text_of(answer, "id_token");
  if (id_token.empty()) {
    return refused("the provider gave no ID token: oidc-scopes must have the word openid");
  }
  Grant out;
  ASSIGN_OR_RETURN(out.claims, verified_claims(*known, id_token, exchange.nonce));
  out.access_token = text_of(answer, "access_token");
  const bool bearer = equals_any_case(text_of(answer, "token_type"), "bearer");
  if (!bearer || out.access_token.size() > kMostAccessTokenBytes) out.access_token.clear();
  return out;
}

Status Provider::add_userinfo(Grant& grant) {
  ASSIGN_OR_RETURN(const MetadataPtr known, metadata());
  if (known->userinfo_endpoint.host.empty() || grant.access_token.empty()) return {};
  net::HttpRequest request;
  request.url = known->userinfo_endpoint;
  request.headers = {{"Accept", "application/json"}};
  request.private_headers = {{"Authorization", "Bearer " + grant.access_token}};
  ASSIGN_OR_RETURN(const Json more, ask(request, "what it knows of the user (userinfo)"));
  // Somebody else's would be believed otherwise.
  if (text_of(more, "sub") != text_of(grant.claims, "sub")) {
    return refused("userinfo is about somebody else than the ID token (sub)");
  }
  for (const auto& [name, value] : more.items()) {
    if (!grant.claims.contains(name)) grant.claims[name] = value;
  }
  return {};
}

}  // namespace logsvc::server::oidc
