// How the provider is asked; an interface, so that tests can answer. Safe from several threads.
#pragma once

#include <atomic>
#include <string>

#include "base/result.h"
#include "net/http_client.h"

namespace logsvc::server::oidc {

class Transport {
 public:
  virtual ~Transport() = default;
  // Takes a bounded time, and an answer of at most 256 KiB.
  virtual Result<net::HttpAnswer> send(const net::HttpRequest& request) = 0;
};

// Over the network, by the proxy of the environment. Redirections are not followed: no endpoint of
// a provider has a reason to give one, and credentials go nowhere else.
class NetworkTransport : public Transport {
 public:
  // ca_file: authorities of the provider's certificate; empty: the system's.
  explicit NetworkTransport(std::string ca_file) : ca_file_(std::move(ca_file)) {}
  Result<net::HttpAnswer> send(const net::HttpRequest& request) override;
  // kInvalid if the file of authorities cannot be used.
  Status check() const;
  // Ends what is under way, and everything after it.
  void stop() { stopping_ = true; }

 private:
  net::RouteConfig route() const;

  const std::string ca_file_;
  std::atomic<bool> stopping_{false};
};

}  // namespace logsvc::server::oidc
