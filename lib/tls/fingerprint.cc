#include "tls/fingerprint.h"

#include <cctype>
#include <string_view>

#include "base/any_case.h"

namespace logsvc::tls {
namespace {

constexpr size_t kDigits = 64;

}  // namespace

Result<std::string> parse_fingerprint(const std::string& text) {
  std::string rest = ascii_lowered(text);
  for (const std::string_view prefix : {"sha256 fingerprint=", "sha256:"}) {
    if (rest.starts_with(prefix)) rest.erase(0, prefix.size());
  }
  const bool with_colons = rest.find(':') != std::string::npos;
  std::string out;
  bool valid = true;
  for (size_t i = 0; i < rest.size() && valid; ++i) {
    if (with_colons && i % 3 == 2) {
      valid = rest[i] == ':';
    } else {
      valid = std::isxdigit(static_cast<unsigned char>(rest[i])) != 0;
      out += rest[i];
    }
  }
  if (valid && out.size() == kDigits && !rest.ends_with(':')) return out;
  return invalid(
      "expected the SHA-256 of a certificate, 64 hex digits with or without colons, found \"" +
      text.substr(0, 2 * kDigits) + "\"");
}

std::string shown_fingerprint(const std::string& fingerprint) {
  std::string out;
  for (size_t i = 0; i < fingerprint.size(); ++i) {
    if (i > 0 && i % 2 == 0) out += ':';
    out += static_cast<char>(std::toupper(static_cast<unsigned char>(fingerprint[i])));
  }
  return out;
}

}  // namespace logsvc::tls
