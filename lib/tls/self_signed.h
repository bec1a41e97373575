// Certificates that are their own authority, for networks where nobody signs any.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "base/time.h"

namespace logsvc::tls {

struct PemPair {
  std::string certificate, key;  // PEM texts
};

// Makes a P-256 key and a certificate of it for the names and numeric addresses, valid from a day
// before `now` for ten years. Names that a certificate cannot carry are left out.
Result<PemPair> make_self_signed(const std::vector<std::string>& names, Timestamp now);

}  // namespace logsvc::tls
