// Who somebody is here, by what a provider claims of them. Pure functions, safe from any thread.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "server/auth/oidc/claims.h"
#include "server/auth/role_map.h"

namespace logsvc::server::oidc {

struct IdentityRules {
  std::string name_claim;  // empty: a verified email, else preferred_username, else sub
  std::string role_claim;  // "groups", "realm_access.roles"; empty: none
  RoleMap roles;
  std::optional<Role> default_role;          // for those whose groups have none
  std::vector<std::string> allowed_domains;  // of the email, in small letters; empty: any
};

struct Identity {
  // A preferred_username that no setting names may be chosen by the users themselves: it gets
  // "oidc:" in front, which no user in the access file has.
  std::string name;
  std::optional<Role> role;
};

// Whether the claims lack what the rules need, so that userinfo is worth a request.
bool lacks_claims(const Json& claims, const IdentityRules& rules);

// kPermission says what is missing, and which setting helps.
Result<Identity> identify(const Json& claims, const IdentityRules& rules);

}  // namespace logsvc::server::oidc
