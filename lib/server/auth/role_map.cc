#include "server/auth/role_map.h"

#include <algorithm>

#include "base/utf8.h"

namespace logsvc::server {
namespace {

constexpr size_t kMostGroups = 1000;

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

Error no_role(std::string_view name) {
  return invalid("\"" + std::string(name) +
                 "\" is not a role: expected push, support, viewer, operator or admin");
}

}  // namespace

Result<RoleMap> RoleMap::parse(std::string_view text) {
  RoleMap out;
  for (size_t at = 0; at < text.size();) {
    const size_t end = std::min(text.find(',', at), text.size());
    const std::string_view part = trimmed(text.substr(at, end - at));
    at = end + 1;
    if (part.empty()) continue;
    const size_t equals = part.find('=');
    const std::string_view name = trimmed(part.substr(0, equals));
    const std::string_view group =
        equals == std::string_view::npos ? "" : trimmed(part.substr(equals + 1));
    if (group.empty()) {
      return invalid("expected role=group,role=group,…, found \"" + std::string(part) + "\"");
    }
    const auto role = role_named(name);
    if (!role) return no_role(name);
    if (out.roles_.size() == kMostGroups) return invalid("there are more than 1000 groups");
    out.roles_.emplace(group, *role);
  }
  return out;
}

Result<std::optional<Role>> RoleMap::parse_default(const std::string& text) {
  if (text.empty()) return std::optional<Role>();
  const auto role = role_named(text);
  if (!role) return no_role(text);
  return role;
}

std::optional<Role> RoleMap::of(const std::vector<std::string>& groups) const {
  std::optional<Role> best;
  for (const std::string& group : groups) {
    const auto [first, last] = roles_.equal_range(group);
    for (auto at = first; at != last; ++at) {
      if (!best || at->second > *best) best = at->second;
    }
  }
  return best;
}

bool is_outside_name(std::string_view name) {
  constexpr size_t kMostBytes = 128;
  return !name.empty() && name.size() <= kMostBytes && is_utf8(name) &&
         std::none_of(name.begin(), name.end(), [](char c) {
           const auto byte = static_cast<unsigned char>(c);
           return byte < 0x20 || byte == 0x7f;
         });
}

}  // namespace logsvc::server
