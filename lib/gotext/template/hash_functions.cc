// Defines checksums and digests for templates, as hexadecimal text.
#include <openssl/evp.h>

#include "gotext/template/functions.h"

namespace logsvc::tmpl {
namespace {

using Arguments = std::span<const Value>;
using Outcome = Result<Value>;
constexpr Parameter kString = Parameter::kString;

Outcome digest(const EVP_MD* kind, const std::string& text) {
  static constexpr char kHex[] = "0123456789abcdef";
  unsigned char bytes[EVP_MAX_MD_SIZE];
  unsigned int length = 0;
  if (EVP_Digest(text.data(), text.size(), bytes, &length, kind, nullptr) != 1) {
    return invalid("the digest failed");
  }
  std::string out;
  for (unsigned int i = 0; i < length; ++i) {
    out += kHex[bytes[i] >> 4];
    out += kHex[bytes[i] & 15];
  }
  return Value(std::move(out));
}

Outcome sha1(Context&, Arguments a) { return digest(EVP_sha1(), *a[0].text()); }
Outcome sha256(Context&, Arguments a) { return digest(EVP_sha256(), *a[0].text()); }
Outcome sha512(Context&, Arguments a) { return digest(EVP_sha512(), *a[0].text()); }

Outcome adler32(Context&, Arguments a) {
  uint32_t low = 1, high = 0;
  for (const char c : *a[0].text()) {
    low = (low + static_cast<unsigned char>(c)) % 65521;
    high = (high + low) % 65521;
  }
  return Value(std::to_string(high << 16 | low));
}

// Is Promtail's; takes salt, text.
Outcome salted_sha3(Context&, Arguments a) {
  return digest(EVP_sha3_256(), *a[0].text() + *a[1].text());
}
Outcome salted_sha2(Context&, Arguments a) {
  return digest(EVP_sha256(), *a[0].text() + *a[1].text());
}

const Function kFunctions[] = {
    {"sha1sum", {kString}, false, sha1},
    {"sha256sum", {kString}, false, sha256},
    {"sha512sum", {kString}, false, sha512},
    {"adler32sum", {kString}, false, adler32},
    {"Hash", {kString, kString}, false, salted_sha3},
    {"Sha2Hash", {kString, kString}, false, salted_sha2},
};

}  // namespace

std::span<const Function> hash_functions() { return kFunctions; }

}  // namespace logsvc::tmpl
