#include "server/api/routes.h"

#include <string_view>

namespace logsvc::server {
namespace {

// Whether the path has the route's form; {name} takes one part.
bool path_matches(std::string_view route, std::string_view path) {
  const size_t open = route.find('{');
  if (open == std::string_view::npos) return route == path;
  const std::string_view behind = route.substr(route.find('}') + 1);
  if (path.size() <= open + behind.size() || path.substr(0, open) != route.substr(0, open) ||
      !path.ends_with(behind)) {
    return false;
  }
  const std::string_view part = path.substr(open, path.size() - open - behind.size());
  return part.find('/') == std::string_view::npos;
}

bool lists_method(std::string_view methods, std::string_view method) {
  const size_t at = methods.find(method);
  return at != std::string_view::npos && (at == 0 || methods[at - 1] == ' ') &&
         (at + method.size() == methods.size() || methods[at + method.size()] == ' ');
}

}  // namespace

const Route* Routes::find(const http::Request& request, bool& known_path) const {
  for (const Route& route : routes_) {
    if (route.access == Access::kUnset || !path_matches(route.path, request.path)) continue;
    known_path = true;
    if (lists_method(route.methods, request.method)) return &route;
  }
  return nullptr;
}

std::string Routes::json() const {
  std::string out;
  for (const Route& route : routes_) {
    out += out.empty() ? "{\"routes\":[\n" : ",\n";
    out += std::string("{\"methods\":\"") + route.methods + "\",\"path\":\"" + route.path +
           "\",\"access\":\"" + std::string(access_name(route.access)) + "\"}";
  }
  return out + "]}\n";
}

}  // namespace logsvc::server
