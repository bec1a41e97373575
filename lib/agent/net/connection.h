// A connection of a client: unix socket, TCP, or TLS over TCP. Connects and writes with a time-out,
// reads without waiting. For one thread.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"

namespace logsvc::agent {

// Certificates for TLS; shared by connections.
class TlsClient {
 public:
  // Paths of PEM files; empty: the system's authorities, no client certificate.
  // verify false: any server will do.
  static Result<std::shared_ptr<TlsClient>> make(const std::string& ca_file,
                                                 const std::string& cert_file,
                                                 const std::string& key_file, bool verify);
  virtual ~TlsClient() = default;
};

class Connection {
 public:
  static Result<std::unique_ptr<Connection>> to_unix(const std::string& path);
  // tls null: plain TCP. server_name: that the certificate must have; empty: the host.
  static Result<std::unique_ptr<Connection>> to_tcp(const std::string& host, int port,
                                                    const std::shared_ptr<TlsClient>& tls,
                                                    int timeout_ms,
                                                    const std::string& server_name = "");
  virtual ~Connection() = default;

  virtual Status send(std::string_view bytes, int timeout_ms) = 0;
  // Up to n bytes that are there; 0 at the end of the connection. kTimeout: nothing is there; wait
  // for fd() to be readable. kUnavailable if the connection broke.
  virtual Result<size_t> receive(char* to, size_t n) = 0;
  virtual int fd() const = 0;
};

}  // namespace logsvc::agent
