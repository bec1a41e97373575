#include "signing_key.h"

#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/rsa.h>

#include <stdexcept>
#include <vector>

namespace logsvc::server::oidc::testing {
namespace {

std::string number(EVP_PKEY* key, const char* name, int size = 0) {
  BIGNUM* value = nullptr;
  if (EVP_PKEY_get_bn_param(key, name, &value) != 1) throw std::runtime_error(name);
  std::string out(static_cast<size_t>(size > 0 ? size : BN_num_bytes(value)), '\0');
  BN_bn2binpad(value, reinterpret_cast<unsigned char*>(out.data()), static_cast<int>(out.size()));
  BN_free(value);
  return encode_base64url(out);
}

int curve_bytes(const std::string& algorithm) { return algorithm == "ES384" ? 48 : 32; }

// r and s as they stand in a token.
std::string raw_signature(const std::vector<unsigned char>& der, int size) {
  const unsigned char* at = der.data();
  ECDSA_SIG* pair = d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(der.size()));
  std::string out(static_cast<size_t>(size) * 2, '\0');
  auto* bytes = reinterpret_cast<unsigned char*>(out.data());
  BN_bn2binpad(ECDSA_SIG_get0_r(pair), bytes, size);
  BN_bn2binpad(ECDSA_SIG_get0_s(pair), bytes + size, size);
  ECDSA_SIG_free(pair);
  return out;
}

}  // namespace

SigningKey::SigningKey(std::string algorithm, std::string kid, unsigned rsa_bits)
    : algorithm_(std::move(algorithm)), kid_(std::move(kid)) {
  EVP_PKEY* key = nullptr;
  if (algorithm_ == "RS256" || algorithm_ == "PS256") {
    key = EVP_RSA_gen(rsa_bits);
  } else if (algorithm_ == "EdDSA") {
    key = EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519");
  } else {
    key = EVP_EC_gen(algorithm_ == "ES384" ? "P-384" : "P-256");
  }
  if (!key) throw std::runtime_error("no key");
  key_.reset(key, EVP_PKEY_free);
}

Json SigningKey::jwk() const {
  Json out = {{"kid", kid_}, {"use", "sig"}, {"alg", algorithm_}};
  if (algorithm_ == "RS256" || algorithm_ == "PS256") {
    out.update({{"kty", "RSA"}, {"n", number(key_.get(), "n")}, {"e", number(key_.get(), "e")}});
  } else if (algorithm_ == "EdDSA") {
    std::string x(32, '\0');
    size_t size = x.size();
    EVP_PKEY_get_raw_public_key(key_.get(), reinterpret_cast<unsigned char*>(x.data()), &size);
    out.update({{"kty", "OKP"}, {"crv", "Ed25519"}, {"x", encode_base64url(x)}});
  } else {
    const int size = curve_bytes(algorithm_);
    out.update({{"kty", "EC"},
                {"crv", algorithm_ == "ES384" ? "P-384" : "P-256"},
                {"x", number(key_.get(), "qx", size)},
                {"y", number(key_.get(), "qy", size)}});
  }
  return out;
}

std::string SigningKey::sign(const std::string& text) const {
  EVP_MD_CTX* context = EVP_MD_CTX_new();
  EVP_PKEY_CTX* options = nullptr;
  const EVP_MD* digest = algorithm_ == "EdDSA"   ? nullptr
                         : algorithm_ == "ES384" ? EVP_sha384()
                                                 : EVP_sha256();
  EVP_DigestSignInit(context, &options, digest, nullptr, key_.get());
  if (algorithm_ == "PS256") {
    EVP_PKEY_CTX_set_rsa_padding(options, RSA_PKCS1_PSS_PADDING);
    EVP_PKEY_CTX_set_rsa_pss_saltlen(options, RSA_PSS_SALTLEN_DIGEST);
  }
  const auto* bytes = reinterpret_cast<const unsigned char*>(text.data());
  size_t size = 0;
  EVP_DigestSign(context, nullptr, &size, bytes, text.size());
  std::vector<unsigned char> out(size);
  const int done = EVP_DigestSign(context, out.data(), &size, bytes, text.size());
  EVP_MD_CTX_free(context);
  if (done != 1) throw std::runtime_error("cannot sign");
  out.resize(size);
  if (algorithm_.starts_with("ES")) return raw_signature(out, curve_bytes(algorithm_));
  return {out.begin(), out.end()};
}

std::string SigningKey::token(const Json& claims) const {
  return token({{"alg", algorithm_}, {"kid", kid_}}, claims);
}

std::string SigningKey::token(const Json& header, const Json& claims) const {
  const std::string text = encode_base64url(header.dump()) + '.' + encode_base64url(claims.dump());
  return text + '.' + encode_base64url(sign(text));
}

std::string key_set(std::initializer_list<Json> keys) {
  Json out = {{"keys", Json::array()}};
  for (const Json& key : keys) out["keys"].push_back(key);
  return out.dump();
}

}  // namespace logsvc::server::oidc::testing
