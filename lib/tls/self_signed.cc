#include "tls/self_signed.h"

#include <openssl/pem.h>
#include <openssl/rand.h>

#include <algorithm>
#include <cctype>
#include <string_view>

#include "base/host_port.h"
#include "tls/openssl.h"

namespace logsvc::tls {
namespace {

constexpr Duration kBefore = 24 * kHour;  // clocks of others may be behind
constexpr Duration kValid = 3652 * 24 * kHour;
constexpr size_t kMaxNameBytes = 253;

Error failed() {
  return {ErrorCode::kIo, "cannot make a certificate: " + take_tls_error("out of memory")};
}

// Whether it may stand in a list of names as it is.
bool is_dns_name(std::string_view name) {
  return !name.empty() && name.size() <= kMaxNameBytes &&
         std::all_of(name.begin(), name.end(), [](unsigned char c) {
           return std::isalnum(c) || c == '-' || c == '.' || c == '_';
         });
}

// Returns "DNS:localhost,IP:127.0.0.1".
std::string alternative_names(const std::vector<std::string>& names) {
  std::string out;
  std::vector<std::string> seen;
  for (const std::string& name : names) {
    const bool address = is_ip_address(name);
    if ((!address && !is_dns_name(name)) || name.find('%') != std::string::npos) continue;
    if (std::find(seen.begin(), seen.end(), name) != seen.end()) continue;
    seen.push_back(name);
    out += (out.empty() ? "" : ",") + std::string(address ? "IP:" : "DNS:") + name;
  }
  return out;
}

bool add_extension(X509& certificate, int nid, const std::string& value) {
  X509V3_CTX context{};
  X509V3_set_ctx_nodb(&context);
  X509V3_set_ctx(&context, &certificate, &certificate, nullptr, nullptr, 0);
  const std::unique_ptr<X509_EXTENSION, OpenSslFree> extension(
      X509V3_EXT_conf_nid(nullptr, &context, nid, value.c_str()));
  return extension && X509_add_ext(&certificate, extension.get(), -1) == 1;
}

bool set_serial(X509& certificate) {
  unsigned char bytes[16];
  if (RAND_bytes(bytes, sizeof bytes) != 1) return false;
  bytes[0] &= 0x7F;  // it is a positive number
  BIGNUM* const number = BN_bin2bn(bytes, sizeof bytes, nullptr);
  const bool done = number && BN_to_ASN1_INTEGER(number, X509_get_serialNumber(&certificate));
  BN_free(number);
  return done;
}

bool set_subject(X509& certificate, const std::string& name) {
  X509_NAME* const subject = X509_get_subject_name(&certificate);
  const auto* const text = reinterpret_cast<const unsigned char*>(name.c_str());
  return X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_UTF8, text, -1, -1, 0) == 1 &&
         X509_set_issuer_name(&certificate, subject) == 1;
}

CertificatePtr make_certificate(EVP_PKEY& key, const std::vector<std::string>& names,
                                Timestamp now) {
  CertificatePtr out(X509_new());
  if (!out) return nullptr;
  const auto from = static_cast<time_t>((now - kBefore) / kSecond);
  const bool done = X509_set_version(out.get(), X509_VERSION_3) == 1 && set_serial(*out) &&
                    ASN1_TIME_set(X509_getm_notBefore(out.get()), from) &&
                    ASN1_TIME_set(X509_getm_notAfter(out.get()), from + kValid / kSecond) &&
                    set_subject(*out, "logsvc") && X509_set_pubkey(out.get(), &key) == 1 &&
                    add_extension(*out, NID_subject_alt_name, alternative_names(names)) &&
                    add_extension(*out, NID_basic_constraints, "critical,CA:TRUE,pathlen:0") &&
                    add_extension(*out, NID_key_usage, "critical,digitalSignature,keyCertSign") &&
                    add_extension(*out, NID_ext_key_usage, "serverAuth") &&
                    add_extension(*out, NID_subject_key_identifier, "hash") &&
                    X509_sign(out.get(), &key, EVP_sha256()) > 0;
  return done ? std::move(out) : nullptr;
}

}  // namespace

Result<PemPair> make_self_signed(const std::vector<std::string>& names, Timestamp now) {
  const KeyPtr key(EVP_EC_gen("P-256"));
  if (!key) return failed();
  const CertificatePtr certificate = make_certificate(*key, names, now);
  if (!certificate) return failed();
  const BioPtr first(BIO_new(BIO_s_mem())), second(BIO_new(BIO_s_mem()));
  if (PEM_write_bio_X509(first.get(), certificate.get()) != 1 ||
      PEM_write_bio_PrivateKey(second.get(), key.get(), nullptr, nullptr, 0, nullptr, nullptr) !=
          1) {
    return failed();
  }
  return PemPair{text_of(*first), text_of(*second)};
}

}  // namespace logsvc::tls
