// A provider's private key, made for one test: it publishes its public half and signs tokens.
#pragma once

#include <memory>
#include <string>

#include "server/auth/oidc/claims.h"

struct evp_pkey_st;

namespace logsvc::server::oidc::testing {

class SigningKey {
 public:
  // algorithm: RS256, PS256, ES256, ES384 or EdDSA. rsa_bits: of the first two.
  SigningKey(std::string algorithm, std::string kid, unsigned rsa_bits = 2048);

  Json jwk() const;  // with kid, use and alg
  std::string sign(const std::string& text) const;
  // A token with the header {"alg", "kid"}, or with another one.
  std::string token(const Json& claims) const;
  std::string token(const Json& header, const Json& claims) const;

 private:
  std::string algorithm_, kid_;
  std::shared_ptr<evp_pkey_st> key_;
};

std::string key_set(std::initializer_list<Json> keys);

}  // namespace logsvc::server::oidc::testing
