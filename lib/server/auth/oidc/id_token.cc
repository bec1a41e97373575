#include "server/auth/oidc/id_token.h"

#include <sodium.h>

#include <algorithm>

namespace logsvc::server::oidc {
namespace {

constexpr size_t kMostSubjectBytes = 255;

Error refused(std::string why) { return {ErrorCode::kPermission, std::move(why)}; }

Result<Json> parse_part(std::string_view encoded, std::string_view what) {
  const auto text = decode_base64url(encoded);
  if (!text) return invalid(std::string(what) + " is not base64url");
  return parse_object(*text, what);
}

// The token is for us, and was asked for by us.
Status check_audience(const Json& claims, const std::string& client_id) {
  const auto audience = claims.find("aud");
  bool several = false, ours = false;
  if (audience != claims.end() && audience->is_array()) {
    ours = std::find(audience->begin(), audience->end(), client_id) != audience->end();
    several = audience->size() > 1;
  } else {
    ours = text_of(claims, "aud") == client_id;
  }
  if (!ours) return refused("the ID token is not for the client " + client_id + " (aud)");
  if ((several || claims.contains("azp")) && text_of(claims, "azp") != client_id) {
    return refused("the ID token was not given to the client " + client_id + " (azp)");
  }
  return {};
}

Status check_times(const Json& claims, Timestamp now) {
  const double seconds = static_cast<double>(now) / static_cast<double>(kSecond);
  constexpr double kLeewaySeconds = kLeeway / kSecond;
  const auto expires = seconds_of(claims, "exp"), issued = seconds_of(claims, "iat");
  if (!expires) return refused("the ID token does not say when it expires (exp)");
  if (!issued) return refused("the ID token does not say when it was issued (iat)");
  if (*expires + kLeewaySeconds <= seconds) {
    return refused("the ID token has expired (exp): compare the clocks of both machines");
  }
  if (*issued - kLeewaySeconds > seconds) {
    return refused("the ID token is from the future (iat): compare the clocks of both machines");
  }
  if (!claims.contains("nbf")) return {};
  const auto begins = seconds_of(claims, "nbf");
  if (!begins || *begins - kLeewaySeconds > seconds) {
    return refused("the ID token is not valid yet (nbf): compare the clocks of both machines");
  }
  return {};
}

bool is_same(const std::string& a, const std::string& b) {
  return a.size() == b.size() && sodium_memcmp(a.data(), b.data(), a.size()) == 0;
}

}  // namespace

Result<Jwt> parse_jwt(std::string_view token) {
  if (token.size() > kMostTokenBytes) return invalid("the token is longer than 64 KB");
  const size_t first = token.find('.');
  const size_t second = first == std::string_view::npos ? first : token.find('.', first + 1);
  if (second == std::string_view::npos || token.find('.', second + 1) != std::string_view::npos) {
    return invalid("the token is not a signed JWT");
  }
  Jwt out;
  ASSIGN_OR_RETURN(const Json header, parse_part(token.substr(0, first), "the token's header"));
  const auto algorithm = algorithm_named(text_of(header, "alg"));
  if (!algorithm) {
    return invalid(
        "the token is not signed by RS256, PS256, ES256, ES384 or EdDSA: choose one of them for "
        "this client at the provider");
  }
  if (header.contains("crit")) return invalid("the token has extensions that are not known");
  if (header.contains("kid") && !header["kid"].is_string()) {
    return invalid("the token's header names no key");
  }
  out.algorithm = *algorithm;
  out.kid = text_of(header, "kid");
  ASSIGN_OR_RETURN(out.claims,
                   parse_part(token.substr(first + 1, second - first - 1), "what the token says"));
  const auto signature = decode_base64url(token.substr(second + 1));
  if (!signature || signature->empty()) return invalid("the token's signature is not base64url");
  out.signature = *signature;
  out.signed_text = token.substr(0, second);
  return out;
}

Status check_claims(const Json& claims, const IdTokenRules& rules, Timestamp now) {
  if (text_of(claims, "iss") != rules.issuer) {
    return refused("the ID token is not from the issuer " + rules.issuer + " (iss)");
  }
  const std::string subject = text_of(claims, "sub");
  if (subject.empty() || subject.size() > kMostSubjectBytes) {
    return refused("the ID token does not say whom it is about (sub)");
  }
  RETURN_IF_ERROR(check_audience(claims, rules.client_id));
  RETURN_IF_ERROR(check_times(claims, now));
  if (rules.nonce.empty() || !is_same(text_of(claims, "nonce"), rules.nonce)) {
    return refused("the ID token belongs to another login (nonce)");
  }
  return {};
}

}  // namespace logsvc::server::oidc
