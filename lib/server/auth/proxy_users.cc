#include "server/auth/proxy_users.h"

#include <algorithm>
#include <vector>

namespace logsvc::server {
namespace {

constexpr size_t kMostGroups = 1000;

std::string trimmed(std::string text) {
  const auto is_blank = [](char c) { return c == ' ' || c == '\t'; };
  while (!text.empty() && is_blank(text.back())) text.pop_back();
  text.erase(text.begin(), std::find_if_not(text.begin(), text.end(), is_blank));
  return text;
}

std::vector<std::string> groups_in(const std::string& list) {
  std::vector<std::string> out;
  for (size_t at = 0; at < list.size() && out.size() < kMostGroups;) {
    const size_t end = std::min(list.find(',', at), list.size());
    std::string group = trimmed(list.substr(at, end - at));
    if (!group.empty()) out.push_back(std::move(group));
    at = end + 1;
  }
  return out;
}

}  // namespace

std::optional<ProxyUser> ProxyUsers::user_of(const http::Request& request,
                                             const ClientOrigin& origin) const {
  if (!origin.from_proxy(request) || request.headers.count(rules_.user_header) != 1) {
    return std::nullopt;
  }
  ProxyUser out;
  out.name = trimmed(request.header(rules_.user_header));
  if (!is_outside_name(out.name)) return std::nullopt;
  if (!rules_.groups_header.empty() && request.headers.count(rules_.groups_header) == 1) {
    out.role = rules_.roles.of(groups_in(request.header(rules_.groups_header)));
  }
  if (!out.role) out.role = rules_.default_role;
  return out;
}

}  // namespace logsvc::server
