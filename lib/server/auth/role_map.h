// Which groups of elsewhere (a provider's roles, a proxy's groups) have which role here. Immutable;
// safe from several threads.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "server/auth/role.h"

namespace logsvc::server {

class RoleMap {
 public:
  RoleMap() = default;
  // Reads "admin=ops,viewer=dev,viewer=qa": role=group, at most 1000 of them. Blanks around each
  // are left out; a group may have "=" in it. default_role is a role, or empty: who is in no group
  // gets none.
  static Result<RoleMap> parse(std::string_view text);
  static Result<std::optional<Role>> parse_default(const std::string& text);

  bool empty() const { return roles_.empty(); }
  // Returns the role that may most of those that the groups have; nothing if they have none.
  std::optional<Role> of(const std::vector<std::string>& groups) const;

 private:
  std::multimap<std::string, Role, std::less<>> roles_;  // by group
};

// Whether it can be the name of somebody whom others vouch for: 1 to 128 bytes of UTF-8 without
// control characters.
bool is_outside_name(std::string_view name);

}  // namespace logsvc::server
