// TLS for a client's connections, with errors that say what is wrong with a certificate.
#pragma once

#include <memory>
#include <string>

#include "base/result.h"
#include "net/connection.h"
#include "net/route_config.h"

namespace logsvc::net {

// Holds authorities, the client's own certificate and the versions allowed; shared by connections.
class TlsClient {
 public:
  // Paths of PEM files; empty: the system's authorities, and no certificate of our own.
  struct Options {
    std::string ca_file, cert_file, key_file;
    bool verify = true;                    // false: any server will do
    std::string min_version, max_version;  // TLS10 … TLS13; empty: from TLS12 to the newest
    std::string fingerprint;               // instead of everything that verifies; see TlsConfig
  };
  // kInvalid, naming the file that cannot be used.
  static Result<std::shared_ptr<TlsClient>> make(const Options& options);
  // Makes it from a tls_config. Its files are read now, and not again.
  static Result<std::shared_ptr<TlsClient>> of(const TlsConfig& config);
  virtual ~TlsClient() = default;
};

// Makes the handshake over a connection that has carried nothing yet, or a proxy's tunnel.
// server_name is a name or an address that the certificate must be for. kUnavailable says whether
// the certificate is expired, of an unknown authority, of another host or has another fingerprint.
Result<std::unique_ptr<Connection>> secure(std::unique_ptr<Connection> plain,
                                           const std::shared_ptr<TlsClient>& client,
                                           const std::string& server_name, const WaitLimit& limit);

}  // namespace logsvc::net
