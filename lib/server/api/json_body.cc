#include "server/api/json_body.h"

namespace logsvc::server {

Result<nlohmann::json> json_object_of(const http::Request& request) {
  if (http::media_type_of(request.header("Content-Type")) != "application/json") {
    return Error{ErrorCode::kPermission, "changes come as application/json, from this page\n"};
  }
  auto body = nlohmann::json::parse(request.body, nullptr, false);
  if (!body.is_object()) return invalid("expected a JSON object\n");
  return body;
}

Result<std::optional<std::string>> optional_text(const nlohmann::json& object, const char* key) {
  const auto found = object.find(key);
  if (found == object.end() || found->is_null()) return std::optional<std::string>();
  if (!found->is_string()) return invalid(std::string(key) + ": expected a text\n");
  return std::optional<std::string>(found->get<std::string>());
}

Result<std::string> needed_text(const nlohmann::json& object, const char* key) {
  ASSIGN_OR_RETURN(auto text, optional_text(object, key));
  if (!text) return invalid(std::string(key) + " is missing\n");
  return std::move(*text);
}

std::string json_line(const nlohmann::json& value) {
  return value.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

}  // namespace logsvc::server
