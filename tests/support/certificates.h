// Makes PEM files of certificates for tests, without an authority: each is its own.
#pragma once

#include <doctest/doctest.h>

#include <fstream>
#include <string>

#include "http/tls_context.h"
#include "tls/self_signed.h"

namespace logsvc::testing {

inline constexpr Timestamp kCertificateTime = 1'800'000'000 * kSecond;  // FakeClock's first

inline void write_file(const std::string& path, const std::string& text) {
  std::ofstream(path, std::ios::binary | std::ios::trunc) << text;
}

// Writes NAME.pem and NAME.key into the directory.
inline http::TlsFiles write_certificate(const std::string& dir, const std::string& name,
                                        Timestamp made = kCertificateTime) {
  const auto pair = tls::make_self_signed({"localhost", "127.0.0.1"}, made);
  REQUIRE(pair.ok());
  const http::TlsFiles out{dir + "/" + name + ".pem", dir + "/" + name + ".key", ""};
  write_file(out.certificate, pair->certificate);
  write_file(out.key, pair->key);
  return out;
}

}  // namespace logsvc::testing
