#include "server/explore/json_path.h"

#include "extract/json_fields.h"

namespace logsvc::server {

std::vector<std::string> json_path(const std::string& line, std::string_view field) {
  extract::JsonFields fields;
  std::vector<std::string> path;
  bool found = false;
  const auto follow = [&] {
    path.resize(fields.depth());
    path.emplace_back(fields.raw_key());
    return true;
  };
  const auto visit = [&](std::string_view name, std::string_view) {
    follow();
    found = name == field;
    return !found;
  };
  fields.read(line, visit, [&](std::string_view) { return follow(); });
  return found ? path : std::vector<std::string>();
}

}  // namespace logsvc::server
