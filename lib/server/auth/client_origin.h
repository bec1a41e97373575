// Where a request really comes from: its peer, or, if that is a trusted proxy, what the proxy says.
// Immutable; safe from several threads.
#pragma once

#include <string>
#include <vector>

#include "base/cidr.h"
#include "http/message.h"

namespace logsvc::server {

class ClientOrigin {
 public:
  // By default a proxy on this machine is trusted.
  explicit ClientOrigin(std::vector<Cidr> trusted);

  bool from_proxy(const http::Request& request) const { return contains(trusted_, request.peer); }
  // The numeric address: of X-Forwarded-For the last that is no trusted proxy.
  std::string address(const http::Request& request) const;
  // Whether the client speaks https, to us or to a trusted proxy (X-Forwarded-Proto).
  bool secure(const http::Request& request) const;

 private:
  const std::vector<Cidr> trusted_;
};

}  // namespace logsvc::server
