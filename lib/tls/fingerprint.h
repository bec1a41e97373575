// Fingerprints of certificates as people write them: SHA-256 in hex. Pure functions.
#pragma once

#include <string>

#include "base/result.h"

namespace logsvc::tls {

// Reads 64 hex digits of any case, with colons between bytes or without, and with "sha256:" or
// "SHA256 Fingerprint=" in front or without. Returns them in lower case without colons; kInvalid
// says what is expected.
Result<std::string> parse_fingerprint(const std::string& text);
// Returns the form that openssl prints: upper case with colons.
std::string shown_fingerprint(const std::string& fingerprint);

}  // namespace logsvc::tls
