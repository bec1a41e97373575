#include "tls/fingerprint.h"

#include <doctest/doctest.h>

namespace logsvc::tls {

TEST_SUITE_BEGIN("tls");

TEST_CASE("fingerprints are read in every form that people paste") {
  const std::string plain = "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";
  const std::string shown = shown_fingerprint(plain);
  CHECK(shown.starts_with("00:11:22:33"));
  CHECK(shown.ends_with("EE:FF"));
  for (const std::string& text :
       {plain, shown, "sha256:" + plain, "SHA256 Fingerprint=" + shown,
        "sha256 Fingerprint=" + shown,
        std::string("00112233445566778899AABBCCDDEEFF00112233445566778899aabbccddeeff")}) {
    CAPTURE(text);
    const auto parsed = parse_fingerprint(text);
    REQUIRE(parsed.ok());
    CHECK(*parsed == plain);
  }
  std::string odd = shown;
  odd[2] = '-';
  for (const std::string& text :
       {std::string(), std::string("ab"), plain + "00", plain.substr(1), plain + ":", ":" + plain,
        shown + ":", odd, shown.substr(0, shown.size() - 3), "sha1:" + plain, std::string(64, 'g'),
        plain.substr(0, 32) + ":" + plain.substr(32), " " + plain}) {
    CAPTURE(text);
    CHECK_FALSE(parse_fingerprint(text).ok());
  }
}

TEST_SUITE_END();

}  // namespace logsvc::tls
