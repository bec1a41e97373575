// TLS for connections that others make to the agent.
#pragma once

#include <memory>

#include "base/result.h"
#include "net/connection.h"
#include "net/route_config.h"

namespace logsvc::net {

// Holds the certificate and, if clients need one too, the authority for theirs; shared by
// connections.
class TlsServer {
 public:
  // kInvalid, naming the file that cannot be used. With a ca_file, clients without a certificate
  // from it are refused.
  static Result<std::shared_ptr<TlsServer>> of(const TlsConfig& config);
  virtual ~TlsServer() = default;
  // Speaks TLS over a connection that carried nothing yet. Reading makes the handshake.
  virtual std::unique_ptr<Connection> serve(std::unique_ptr<Connection> plain) = 0;
};

}  // namespace logsvc::net
