#include "tls/self_signed.h"

#include <doctest/doctest.h>
#include <openssl/pem.h>

#include "tls/certificate.h"

namespace logsvc::tls {
namespace {

CertificatePtr read(const std::string& pem) {
  const BioPtr bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  return CertificatePtr(PEM_read_bio_X509(bio.get(), nullptr, nullptr, nullptr));
}

constexpr Timestamp kNow = 1'800'000'000 * kSecond;

}  // namespace

TEST_SUITE_BEGIN("tls");

TEST_CASE("a certificate of our own names what it is given and lasts ten years") {
  const auto made =
      make_self_signed({"localhost", "db-1.example.com", "127.0.0.1", "fd00::2", "localhost",
                        "no good,IP:1.2.3.4", "", "fe80::1%eth0", std::string(300, 'x')},
                       kNow);
  REQUIRE(made.ok());
  const CertificatePtr certificate = read(made->certificate);
  REQUIRE(certificate);
  CHECK(names_of(*certificate) ==
        "DNS:localhost, DNS:db-1.example.com, IP Address:127.0.0.1, "
        "IP Address:FD00:0:0:0:0:0:0:2");
  CHECK(common_name_of(*certificate) == "logsvc");
  CHECK(end_of(*certificate) > kNow + 3650 * kDay);
  CHECK(end_of(*certificate) < kNow + 3653 * kDay);
  CHECK(fingerprint_of(*certificate).size() == 64);
  CHECK(X509_verify(certificate.get(), X509_get0_pubkey(certificate.get())) == 1);
  CHECK(X509_check_host(certificate.get(), "localhost", 0, 0, nullptr) == 1);
  CHECK(X509_check_ip_asc(certificate.get(), "127.0.0.1", 0) == 1);
  CHECK(X509_check_ip_asc(certificate.get(), "1.2.3.4", 0) == 0);
  CHECK(made->key.starts_with("-----BEGIN PRIVATE KEY-----"));
}

TEST_CASE("no two are the same, not even of the same moment") {
  const auto one = make_self_signed({"localhost"}, kNow),
             two = make_self_signed({"localhost"}, kNow);
  REQUIRE(one.ok());
  REQUIRE(two.ok());
  CHECK(one->key != two->key);
  CHECK(fingerprint_of(*read(one->certificate)) != fingerprint_of(*read(two->certificate)));
}

TEST_CASE("a common name that could upset a log is none") {
  const auto with_name = [](const char* name, int size) {
    CertificatePtr out(X509_new());
    X509_NAME_add_entry_by_txt(X509_get_subject_name(out.get()), "CN", MBSTRING_UTF8,
                               reinterpret_cast<const unsigned char*>(name), size, -1, 0);
    return out;
  };
  CHECK(common_name_of(*with_name("web-1", 5)) == "web-1");
  CHECK(common_name_of(*with_name("web\n1", 5)).empty());
  CHECK(common_name_of(*with_name("web\0x", 5)).empty());
  const CertificatePtr none(X509_new());
  CHECK(common_name_of(*none).empty());
  CHECK(names_of(*none) == "no name");
  CHECK(names_of(*with_name("web-1", 5)) == "web-1");
}

TEST_SUITE_END();

}  // namespace logsvc::tls
