// ID tokens (OpenID Connect Core 1.0, section 3.1.3.7): a JWT is read, then verified by a key, then
// its claims are checked. Pure functions, safe from any thread. No error repeats what a token says,
// but for the names of issuers and clients.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"
#include "base/time.h"
#include "server/auth/oidc/claims.h"
#include "server/auth/oidc/public_key.h"

namespace logsvc::server::oidc {

inline constexpr size_t kMostTokenBytes = 64 << 10;
// How far the clocks of the provider and of this machine may differ.
inline constexpr Duration kLeeway = kMinute;

struct Jwt {
  SignatureAlgorithm algorithm = SignatureAlgorithm::kRs256;
  std::string kid;  // empty if the token names no key
  std::string signed_text;
  std::string signature;
  Json claims;  // not to be believed before the signature is verified
};

// kInvalid if it is longer than kMostTokenBytes, not a signed JWT, is signed by an algorithm that
// is not known ("none" and HS256 are not), or has extensions that must be understood.
Result<Jwt> parse_jwt(std::string_view token);

struct IdTokenRules {
  std::string issuer;
  std::string client_id;
  std::string nonce;  // which the request had
};

// kPermission says which claim is wrong: iss, aud, azp, exp, iat, nbf, nonce or sub.
Status check_claims(const Json& claims, const IdTokenRules& rules, Timestamp now);

}  // namespace logsvc::server::oidc
