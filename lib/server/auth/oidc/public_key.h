// The keys that a provider publishes (JWK, RFC 7517) and what they verify (JWS, RFC 7518 and 8037).
// Only signatures of a private key are known: a token that says "none" or HS256 cannot be verified
// at all. Immutable; safe from several threads.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

struct evp_pkey_st;

namespace logsvc::server::oidc {

enum class SignatureAlgorithm { kRs256, kPs256, kEs256, kEs384, kEdDsa };

// Nothing for every other name, also "none".
std::optional<SignatureAlgorithm> algorithm_named(std::string_view name);

class PublicKey {
 public:
  // Whether a token that names this algorithm, and this key unless kid is empty, is verified by it.
  bool suits(SignatureAlgorithm algorithm, std::string_view kid) const;
  bool verifies(SignatureAlgorithm algorithm, std::string_view text,
                std::string_view signature) const;

 private:
  friend class KeyReader;
  enum class Kind { kRsa, kP256, kP384, kEd25519 };
  PublicKey() = default;

  Kind kind_ = Kind::kRsa;
  std::string kid_;
  std::optional<SignatureAlgorithm> only_;  // the key is for this algorithm alone
  std::shared_ptr<evp_pkey_st> key_;
};

// Reads a set of keys. Those that are for something else are left out: of other kinds, for
// encryption, RSA under 2048 or over 8192 bits. kInvalid if it is no set of keys, has more than
// kMostKeys of them, or is longer than kMostKeySetBytes.
inline constexpr size_t kMostKeys = 100;
inline constexpr size_t kMostKeySetBytes = 256 << 10;
Result<std::vector<std::shared_ptr<const PublicKey>>> parse_key_set(std::string_view text);

}  // namespace logsvc::server::oidc
