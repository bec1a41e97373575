// Users whom a trusted proxy names in a header of each request (Authelia, oauth2-proxy, authentik).
// Immutable; safe from several threads.
#pragma once

#include <optional>
#include <string>

#include "http/message.h"
#include "server/auth/client_origin.h"
#include "server/auth/role_map.h"

namespace logsvc::server {

struct ProxyRules {
  std::string user_header;    // "Remote-User"
  std::string groups_header;  // a list with commas; empty: none
  RoleMap roles;
  std::optional<Role> default_role;  // for those whose groups have none
};

struct ProxyUser {
  std::string name;
  std::optional<Role> role;
};

class ProxyUsers {
 public:
  explicit ProxyUsers(ProxyRules rules) : rules_(std::move(rules)) {}

  // Returns whom the proxy names; nothing if the request does not come from a trusted one, or the
  // header is missing, is there more than once (a client may have sent the other one), or is no
  // name.
  std::optional<ProxyUser> user_of(const http::Request& request, const ClientOrigin& origin) const;

 private:
  const ProxyRules rules_;
};

}  // namespace logsvc::server
