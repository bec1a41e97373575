// What a certificate says, in words and numbers. Only files that call OpenSSL include this.
#pragma once

#include <string>

#include "base/time.h"
#include "tls/openssl.h"

namespace logsvc::tls {

// Returns the names and addresses that it is for, separated by commas: those of subjectAltName,
// without one the common name.
std::string names_of(X509& certificate);
// Returns the subject's common name in UTF-8; empty if there is none, or one that is longer than
// 256 bytes or has control characters.
std::string common_name_of(X509& certificate);
// Returns the SHA-256 of the whole certificate as 64 lower-case hex digits.
std::string fingerprint_of(X509& certificate);
// Returns when it ends; the largest time if that is later than a Timestamp can say.
Timestamp end_of(X509& certificate);
// Returns a time as OpenSSL prints it.
std::string time_text(const ASN1_TIME& time);

}  // namespace logsvc::tls
