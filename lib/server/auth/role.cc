#include "server/auth/role.h"

#include <algorithm>
#include <array>
#include <utility>

namespace logsvc::server {
namespace {

constexpr std::array<std::pair<Role, std::string_view>, 5> kRoles = {{{Role::kPush, "push"},
                                                                      {Role::kSupport, "support"},
                                                                      {Role::kViewer, "viewer"},
                                                                      {Role::kOperator, "operator"},
                                                                      {Role::kAdmin, "admin"}}};

}  // namespace

bool may(Role role, Access access) {
  switch (access) {
    case Access::kUnset:
      return false;
    case Access::kOpen:
      return true;
    case Access::kPush:
      return role == Role::kPush || role == Role::kAdmin;
    case Access::kSelf:
    case Access::kRead:
      return role >= Role::kSupport;
    case Access::kExport:
      return role >= Role::kViewer;
    case Access::kOperate:
      return role >= Role::kOperator;
    case Access::kAdmin:
      return role == Role::kAdmin;
  }
  return false;
}

std::string_view access_name(Access access) {
  switch (access) {
    case Access::kUnset:
      return "unset";
    case Access::kOpen:
      return "open";
    case Access::kPush:
      return "push";
    case Access::kRead:
      return "read";
    case Access::kExport:
      return "export";
    case Access::kOperate:
      return "operate";
    case Access::kAdmin:
      return "admin";
    case Access::kSelf:
      return "self";
  }
  return "unset";
}

std::string_view role_name(Role role) {
  const auto* found =
      std::find_if(kRoles.begin(), kRoles.end(), [&](const auto& r) { return r.first == role; });
  return found == kRoles.end() ? "nobody" : found->second;
}

std::optional<Role> role_named(std::string_view name) {
  const auto* found =
      std::find_if(kRoles.begin(), kRoles.end(), [&](const auto& r) { return r.second == name; });
  if (found == kRoles.end()) return std::nullopt;
  return found->first;
}

}  // namespace logsvc::server
