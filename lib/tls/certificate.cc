#include "tls/certificate.h"

#include <algorithm>
#include <array>
#include <ctime>
#include <limits>

namespace logsvc::tls {
namespace {

constexpr int kMaxNameBytes = 256;

}  // namespace

std::string names_of(X509& certificate) {
  const std::unique_ptr<GENERAL_NAMES, OpenSslFree> names(static_cast<GENERAL_NAMES*>(
      X509_get_ext_d2i(&certificate, NID_subject_alt_name, nullptr, nullptr)));
  if (!names) {
    const std::string name = common_name_of(certificate);
    return name.empty() ? "no name" : name;
  }
  const BioPtr out(BIO_new(BIO_s_mem()));
  for (int i = 0; i < sk_GENERAL_NAME_num(names.get()); ++i) {
    if (i > 0) BIO_puts(out.get(), ", ");
    GENERAL_NAME_print(out.get(), sk_GENERAL_NAME_value(names.get(), i));
  }
  return text_of(*out);
}

std::string common_name_of(X509& certificate) {
  X509_NAME* const subject = X509_get_subject_name(&certificate);
  const int at = X509_NAME_get_index_by_NID(subject, NID_commonName, -1);
  if (at < 0) return "";
  unsigned char* text = nullptr;
  const int size =
      ASN1_STRING_to_UTF8(&text, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, at)));
  if (size < 0) return "";
  std::string out;
  if (size <= kMaxNameBytes) out.assign(reinterpret_cast<const char*>(text), size);
  OPENSSL_free(text);
  const auto is_control = [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7F; };
  return std::any_of(out.begin(), out.end(), is_control) ? "" : out;
}

std::string fingerprint_of(X509& certificate) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  if (X509_digest(&certificate, EVP_sha256(), digest.data(), &size) != 1) return "";
  std::string out;
  for (unsigned i = 0; i < size; ++i) {
    constexpr char kHex[] = "0123456789abcdef";
    out += kHex[digest[i] >> 4];
    out += kHex[digest[i] & 15];
  }
  return out;
}

Timestamp end_of(X509& certificate) {
  constexpr auto kLatest = std::numeric_limits<Timestamp>::max();
  std::tm parts{};
  if (ASN1_TIME_to_tm(X509_get0_notAfter(&certificate), &parts) != 1) return kLatest;
  const time_t seconds = ::timegm(&parts);
  return seconds > kLatest / kSecond ? kLatest : seconds * kSecond;
}

std::string time_text(const ASN1_TIME& time) {
  const BioPtr out(BIO_new(BIO_s_mem()));
  return ASN1_TIME_print(out.get(), &time) == 1 ? text_of(*out) : "an unknown date";
}

}  // namespace logsvc::tls
