#include "server/auth/oidc/public_key.h"

#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <openssl/rsa.h>

#include <algorithm>
#include <array>
#include <utility>

#include "server/auth/oidc/claims.h"

namespace logsvc::server::oidc {
namespace {

constexpr size_t kLeastRsaBytes = 2048 / 8, kMostRsaBytes = 8192 / 8, kMostExponentBytes = 8;

const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

using KeyPtr = std::shared_ptr<EVP_PKEY>;

KeyPtr key_from(const char* type, OSSL_PARAM* params) {
  const std::unique_ptr<EVP_PKEY_CTX, decltype(&EVP_PKEY_CTX_free)> made(
      EVP_PKEY_CTX_new_from_name(nullptr, type, nullptr), EVP_PKEY_CTX_free);
  EVP_PKEY* key = nullptr;
  const bool ok = made && EVP_PKEY_fromdata_init(made.get()) > 0 &&
                  EVP_PKEY_fromdata(made.get(), &key, EVP_PKEY_PUBLIC_KEY, params) > 0;
  ERR_clear_error();
  return ok ? KeyPtr(key, EVP_PKEY_free) : nullptr;
}

// Numbers are given in the machine's order of bytes, and come with the highest first.
KeyPtr rsa_key(std::string modulus, std::string exponent) {
  modulus.erase(0, modulus.find_first_not_of('\0'));
  exponent.erase(0, exponent.find_first_not_of('\0'));
  if (modulus.size() < kLeastRsaBytes || modulus.size() > kMostRsaBytes || exponent.empty() ||
      exponent.size() > kMostExponentBytes || (exponent.back() & 1) == 0 || exponent == "\1") {
    return nullptr;
  }
  static_assert(std::endian::native == std::endian::little);
  std::reverse(modulus.begin(), modulus.end());
  std::reverse(exponent.begin(), exponent.end());
  std::array<OSSL_PARAM, 3> params = {
      OSSL_PARAM_construct_BN("n", reinterpret_cast<unsigned char*>(modulus.data()),
                              modulus.size()),
      OSSL_PARAM_construct_BN("e", reinterpret_cast<unsigned char*>(exponent.data()),
                              exponent.size()),
      OSSL_PARAM_construct_end()};
  return key_from("RSA", params.data());
}

// A point that is not on the curve is refused.
KeyPtr curve_key(std::string group, size_t size, const std::string& x, const std::string& y) {
  if (x.size() != size || y.size() != size) return nullptr;
  std::string point = "\4" + x + y;
  std::array<OSSL_PARAM, 3> params = {
      OSSL_PARAM_construct_utf8_string("group", group.data(), 0),
      OSSL_PARAM_construct_octet_string("pub", point.data(), point.size()),
      OSSL_PARAM_construct_end()};
  return key_from("EC", params.data());
}

KeyPtr ed25519_key(const std::string& x) {
  EVP_PKEY* key = EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, bytes_of(x), x.size());
  ERR_clear_error();
  return key ? KeyPtr(key, EVP_PKEY_free) : nullptr;
}

// Turns r and s, of `size` bytes each, into what OpenSSL verifies; empty if they are not that.
std::string der_signature(std::string_view signature, int size) {
  if (signature.size() != static_cast<size_t>(size) * 2) return "";
  const std::unique_ptr<ECDSA_SIG, decltype(&ECDSA_SIG_free)> pair(ECDSA_SIG_new(), ECDSA_SIG_free);
  BIGNUM* r = BN_bin2bn(bytes_of(signature), size, nullptr);
  BIGNUM* s = BN_bin2bn(bytes_of(signature) + size, size, nullptr);
  if (!pair || !r || !s || ECDSA_SIG_set0(pair.get(), r, s) != 1) {
    BN_free(r);
    BN_free(s);
    return "";
  }
  unsigned char* der = nullptr;
  const int length = i2d_ECDSA_SIG(pair.get(), &der);
  if (length <= 0) return "";
  std::string out(reinterpret_cast<const char*>(der), static_cast<size_t>(length));
  OPENSSL_free(der);
  return out;
}

struct AlgorithmName {
  std::string_view name;
  SignatureAlgorithm algorithm;
};
// EdDSA's only curve here has a name of its own as well (RFC 9864).
constexpr std::array<AlgorithmName, 6> kAlgorithms = {{{"RS256", SignatureAlgorithm::kRs256},
                                                       {"PS256", SignatureAlgorithm::kPs256},
                                                       {"ES256", SignatureAlgorithm::kEs256},
                                                       {"ES384", SignatureAlgorithm::kEs384},
                                                       {"EdDSA", SignatureAlgorithm::kEdDsa},
                                                       {"Ed25519", SignatureAlgorithm::kEdDsa}}};

const EVP_MD* digest_of(SignatureAlgorithm algorithm) {
  if (algorithm == SignatureAlgorithm::kEdDsa) return nullptr;  // it has its own
  return algorithm == SignatureAlgorithm::kEs384 ? EVP_sha384() : EVP_sha256();
}

// Whether a key with this "use" and these "key_ops" is one that verifies.
bool is_for_signatures(const Json& jwk) {
  if (jwk.contains("use") && text_of(jwk, "use") != "sig") return false;
  const auto operations = jwk.find("key_ops");
  if (operations == jwk.end()) return true;
  return operations->is_array() &&
         std::find(operations->begin(), operations->end(), "verify") != operations->end();
}

}  // namespace

std::optional<SignatureAlgorithm> algorithm_named(std::string_view name) {
  for (const AlgorithmName& one : kAlgorithms) {
    if (one.name == name) return one.algorithm;
  }
  return std::nullopt;
}

bool PublicKey::suits(SignatureAlgorithm algorithm, std::string_view kid) const {
  if (!kid.empty() && kid != kid_) return false;
  if (only_ && *only_ != algorithm) return false;
  switch (algorithm) {
    case SignatureAlgorithm::kRs256:
    case SignatureAlgorithm::kPs256:
      return kind_ == Kind::kRsa;
    case SignatureAlgorithm::kEs256:
      return kind_ == Kind::kP256;
    case SignatureAlgorithm::kEs384:
      return kind_ == Kind::kP384;
    case SignatureAlgorithm::kEdDsa:
      return kind_ == Kind::kEd25519;
  }
  return false;
}

bool PublicKey::verifies(SignatureAlgorithm algorithm, std::string_view text,
                         std::string_view signature) const {
  if (!suits(algorithm, "")) return false;
  std::string der;
  if (kind_ == Kind::kP256 || kind_ == Kind::kP384) {
    der = der_signature(signature, kind_ == Kind::kP256 ? 32 : 48);
    if (der.empty()) return false;
    signature = der;
  }
  const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(),
                                                                        EVP_MD_CTX_free);
  EVP_PKEY_CTX* options = nullptr;
  bool right = context && EVP_DigestVerifyInit(context.get(), &options, digest_of(algorithm),
                                               nullptr, key_.get()) == 1;
  if (right && algorithm == SignatureAlgorithm::kPs256) {
    right = EVP_PKEY_CTX_set_rsa_padding(options, RSA_PKCS1_PSS_PADDING) == 1 &&
            EVP_PKEY_CTX_set_rsa_pss_saltlen(options, RSA_PSS_SALTLEN_DIGEST) == 1;
  }
  right = right && EVP_DigestVerify(context.get(), bytes_of(signature), signature.size(),
                                    bytes_of(text), text.size()) == 1;
  ERR_clear_error();
  return right;
}

// Reads one key of a set.
class KeyReader {
 public:
  explicit KeyReader(const Json& jwk) : jwk_(jwk) {}

  // Null if it is not one for us.
  std::shared_ptr<const PublicKey> read() {
    if (!is_for_signatures(jwk_)) return nullptr;
    PublicKey out;
    out.kid_ = text_of(jwk_, "kid");
    if (jwk_.contains("alg")) {
      out.only_ = algorithm_named(text_of(jwk_, "alg"));
      if (!out.only_) return nullptr;
    }
    const std::string type = text_of(jwk_, "kty"), curve = text_of(jwk_, "crv");
    if (type == "RSA") {
      out.kind_ = PublicKey::Kind::kRsa;
      out.key_ = rsa_key(bytes("n"), bytes("e"));
    } else if (type == "EC" && curve == "P-256") {
      out.kind_ = PublicKey::Kind::kP256;
      out.key_ = curve_key("P-256", 32, bytes("x"), bytes("y"));
    } else if (type == "EC" && curve == "P-384") {
      out.kind_ = PublicKey::Kind::kP384;
      out.key_ = curve_key("P-384", 48, bytes("x"), bytes("y"));
    } else if (type == "OKP" && curve == "Ed25519") {
      out.kind_ = PublicKey::Kind::kEd25519;
      out.key_ = ed25519_key(bytes("x"));
    }
    return out.key_ ? std::make_shared<const PublicKey>(std::move(out)) : nullptr;
  }

 private:
  std::string bytes(std::string_view name) const {
    return decode_base64url(text_of(jwk_, name)).value_or("");
  }
  const Json& jwk_;
};

Result<std::vector<std::shared_ptr<const PublicKey>>> parse_key_set(std::string_view text) {
  if (text.size() > kMostKeySetBytes) return invalid("the provider's set of keys is too long");
  ASSIGN_OR_RETURN(const Json set, parse_object(text, "the provider's set of keys"));
  const auto keys = set.find("keys");
  if (keys == set.end() || !keys->is_array() || keys->size() > kMostKeys) {
    return invalid("the provider's set of keys has no list of up to 100 keys");
  }
  std::vector<std::shared_ptr<const PublicKey>> out;
  for (const Json& jwk : *keys) {
    if (!jwk.is_object()) continue;
    if (auto key = KeyReader(jwk).read()) out.push_back(std::move(key));
  }
  return out;
}

}  // namespace logsvc::server::oidc
